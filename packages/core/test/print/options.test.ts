import { afterEach, expect, it } from 'vitest';
import { getPrintOptions, setPrintOptions, withPrintOptions } from '../../src/print/index.ts';

const initial = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null };

afterEach(() => setPrintOptions({ profile: 'default' }));

it('begins with the default profile', () => {
  expect(getPrintOptions()).toEqual(initial);
});

it('keeps what is left out, but resets sciMode', () => {
  setPrintOptions({ precision: 2, sciMode: true });
  expect(getPrintOptions()).toEqual({ ...initial, precision: 2, sciMode: true });
  setPrintOptions({ linewidth: 40 });
  expect(getPrintOptions()).toEqual({ ...initial, precision: 2, linewidth: 40 });
});

it('applies options on top of a profile', () => {
  setPrintOptions({ linewidth: 40 });
  setPrintOptions({ profile: 'short', precision: 3 });
  expect(getPrintOptions()).toEqual({ ...initial, precision: 3, edgeitems: 2 });
  setPrintOptions({ profile: 'full' });
  expect(getPrintOptions()).toEqual({ ...initial, threshold: Number.POSITIVE_INFINITY });
});

it('restores the options after a body that returns or throws', () => {
  setPrintOptions({ precision: 2, sciMode: true });
  const before = getPrintOptions();
  expect(withPrintOptions({ edgeitems: 1 }, getPrintOptions)).toEqual({
    ...initial,
    precision: 2,
    edgeitems: 1,
  });
  expect(getPrintOptions()).toEqual(before);
  const failing = (): never => {
    throw new Error('inside');
  };
  expect(() => withPrintOptions({ precision: 0 }, failing)).toThrow('inside');
  expect(getPrintOptions()).toEqual(before);
});

it.each([{ precision: -1 }, { precision: 1.5 }, { edgeitems: -2 }, { edgeitems: Number.NaN }])(
  'rejects %o and keeps what was set',
  (changes) => {
    expect(() => setPrintOptions(changes)).toThrow(/must be a non-negative integer, but got/);
    expect(getPrintOptions()).toEqual(initial);
  },
);

it('hands out options that later changes leave alone', () => {
  const before = getPrintOptions();
  setPrintOptions({ precision: 9 });
  expect(before).toEqual(initial);
});
