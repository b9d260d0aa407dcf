import { type Backend, type DType, type Literal, planAlongAxis } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { indices, type Layout, lay, layouts, look, room, rowMajor } from '../array.ts';
import { example, type KernelCheck, kernelOf, property } from '../check.ts';
import { dtypesOf, expectSame, values } from '../values.ts';

/** Where the elements of a sorted line come from: stable, NaN as the largest. */
function order(xs: readonly Literal[], descending: boolean): number[] {
  const compare = (a: Literal, b: Literal): number => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a < b ? -1 : a > b ? 1 : 0;
  };
  return xs.map((_, i) => i).sort((i, j) => (descending ? -1 : 1) * compare(xs[i]!, xs[j]!) || i - j);
}

async function sortLines(
  backend: Backend,
  shape: readonly number[],
  axis: number,
  dtype: DType,
  descending: boolean,
  seed: number,
  layout: Layout = rowMajor,
): Promise<void> {
  const source = lay(backend, dtype, shape, layout, values(dtype, seed, dtypesOf(backend).whole.has(dtype)));
  const sorted = room(backend, dtype, shape, { ...layout, offset: 3 });
  const places = room(backend, 'int64', shape);
  const plan = planAlongAxis(shape, axis, [sorted.strides, places.strides, source.strides]);
  kernelOf(backend, 'sort')(plan, descending, sorted, places, source);
  const [from, to, at] = [await look(source), await look(sorted), await look(places)];
  for (const index of indices(shape.with(axis, 1))) {
    const along = Array.from({ length: shape[axis]! }, (_, k) => index.with(axis, k));
    const line = along.map(from);
    const expected = order(line, descending);
    const which = `line ${index} of ${dtype}, ${descending ? 'descending' : 'ascending'}`;
    expectSame(
      along.map((i) => Number(at(i))),
      expected,
      `places in ${which}`,
    );
    expectSame(
      along.map(to),
      expected.map((k) => line[k]!),
      which,
    );
  }
}

const short = property(
  'sort/short-lines',
  (backend) =>
    fc.record({
      shape: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
      d: fc.nat(2),
      layout: layouts,
      dtype: fc.constantFrom(...dtypesOf(backend).all),
      descending: fc.boolean(),
      seed: fc.nat(),
    }),
  (backend, { shape, d, layout, dtype, descending, seed }) =>
    sortLines(backend, shape, d % shape.length, dtype, descending, seed, layout),
);

const long = example('sort/long-lines', async (backend) => {
  for (const dtype of dtypesOf(backend).all) {
    for (const descending of [false, true]) {
      await sortLines(backend, [2, 1000], 1, dtype, descending, 11);
      await sortLines(backend, [100, 3], 0, dtype, descending, 12);
    }
  }
});

export const sortChecks: readonly KernelCheck[] = [short, long];
