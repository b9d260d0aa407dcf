import { type DType, type Literal, planAlongAxis } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allDTypes, backend, indices, kernel, lay, layouts, look, rowMajor, values } from './support.ts';

function order(xs: readonly Literal[], descending: boolean): number[] {
  const rank = (a: Literal, b: Literal): number => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a < b ? -1 : a > b ? 1 : 0;
  };
  return xs.map((_, i) => i).sort((i, j) => (descending ? -1 : 1) * rank(xs[i]!, xs[j]!) || i - j);
}

function check(
  shape: number[],
  axis: number,
  dtype: DType,
  descending: boolean,
  seed: number,
  own = rowMajor,
): void {
  const source = lay(backend, dtype, shape, own, values(dtype, seed));
  const sorted = lay(backend, dtype, shape, { ...own, offset: 3 }, undefined, true);
  const places = lay(backend, 'int64', shape, rowMajor);
  const plan = planAlongAxis(shape, axis, [sorted.strides, places.strides, source.strides]);
  kernel(backend, 'sort')(plan, descending, sorted, places, source);
  const [from, to, at] = [look(source), look(sorted), look(places)];
  for (const index of indices(shape.with(axis, 1))) {
    const line = Array.from({ length: shape[axis]! }, (_, k) => from(index.with(axis, k)));
    const expected = order(line, descending);
    expect(line.map((_, k) => Number(at(index.with(axis, k))))).toEqual(expected);
    expect(line.map((_, k) => to(index.with(axis, k)))).toEqual(expected.map((k) => line[k]));
  }
}

describe('sort', () => {
  test('short lines of any layout and dtype', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
        fc.nat(2),
        layouts,
        fc.constantFrom(...allDTypes),
        fc.boolean(),
        fc.nat(),
        (shape, d, layout, dtype, descending, seed) =>
          check(shape, d % shape.length, dtype, descending, seed, layout),
      ),
      { numRuns: 150 },
    );
  });

  test.each(allDTypes)('long lines of %s', (dtype) => {
    for (const descending of [false, true]) {
      check([2, 1000], 1, dtype, descending, 11);
      check([100, 3], 0, dtype, descending, 12);
    }
  });
});
