import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFixed, formatScientific, pythonRepr } from '../../src/print/index.ts';
import { modelFixed, modelScientific } from './model.ts';
import { recorded } from './recorded.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const ordinary = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
/** (2n + 1) · 5ᵃ · 2ᵇ: halfway between two decimals at some precision, more often than not. */
const tie = fc
  .tuple(fc.integer({ min: -5000, max: 5000 }), fc.nat(18), fc.integer({ min: -12, max: 60 }))
  .map(([n, fives, twos]) => (2 * n + 1) * 5 ** fives * 2 ** twos);
const number = fc.oneof(finite, ordinary, tie);
const precision = fc.oneof({ weight: 5, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.nat(130) });

describe('against exact arithmetic', () => {
  it('%f', () => {
    fc.assert(
      fc.property(number, precision, (x, p) => {
        expect(formatFixed(x, p)).toBe(modelFixed(x, p));
      }),
      { numRuns: 2000 },
    );
  });

  it('%e', () => {
    fc.assert(
      fc.property(number, precision, (x, p) => {
        expect(formatScientific(x, p)).toBe(modelScientific(x, p));
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back every repr', () => {
    fc.assert(
      fc.property(number, (x) => Object.is(Number(pythonRepr(x)), x)),
      { numRuns: 2000 },
    );
  });
});

it.each(recorded.numbers)('prints %s as Python', (repr, places, fixed, scientific) => {
  const value = Number(repr);
  expect(pythonRepr(value)).toBe(repr);
  expect(formatFixed(value, places)).toBe(fixed);
  expect(formatScientific(value, places)).toBe(scientific);
});

describe('where JavaScript differs from C', () => {
  it.each([
    [0.03125, 4, '0.0312'],
    [0.09375, 4, '0.0938'],
    [-0.03125, 4, '-0.0312'],
    [0.5, 0, '0'],
    [2.5, 0, '2'],
    [-0, 4, '-0.0000'],
    [-0.00001, 4, '-0.0000'],
    [1e23, 0, '99999999999999991611392'],
    [1e21, 2, '1000000000000000000000.00'],
  ])('%%f of %d to %i places is %s', (value, places, text) => {
    expect(formatFixed(value, places)).toBe(text);
  });

  it.each([
    [100005, 4, '1.0000e+05'],
    [100015, 4, '1.0002e+05'],
    [9.5, 0, '1e+01'],
    [8.5, 0, '8e+00'],
    [1.5, 0, '2e+00'],
    [0, 4, '0.0000e+00'],
    [-0, 0, '-0e+00'],
    [1e300, 4, '1.0000e+300'],
    [5e-324, 4, '4.9407e-324'],
  ])('%%e of %d to %i places is %s', (value, places, text) => {
    expect(formatScientific(value, places)).toBe(text);
  });

  it.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [Math.fround(0.1), '0.10000000149011612'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1e16, '1e+16'],
    [9999999999999998, '9999999999999998.0'],
    [1.5e300, '1.5e+300'],
    [5e-324, '5e-324'],
  ])('the repr of %d is %s', (value, text) => {
    expect(pythonRepr(value)).toBe(text);
  });

  it.each([
    [Number.NaN, 'nan'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('%d is %s everywhere', (value, text) => {
    expect([formatFixed(value, 4), formatScientific(value, 4), pythonRepr(value)]).toEqual([
      text,
      text,
      text,
    ]);
  });
});
