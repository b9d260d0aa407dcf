import {
  type DType,
  dtypeInfo,
  type Literal,
  planIndexed,
  referenceOp,
  type ScalarOp,
  type ScatterMode,
  type Strides,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { dense, indices, type Layout, lay, layouts, list, look, room, stored } from '../array.ts';
import { example, type KernelCheck, kernelOf, property } from '../check.ts';
import { dtypesOf, expectClose, expectSame, values } from '../values.ts';

interface Case {
  readonly shape: number[];
  readonly d: number;
  readonly axisSize: number;
  readonly lie: readonly [Layout, Layout, Layout];
  readonly dtype: DType;
  readonly seed: number;
}

const cases = (all: readonly DType[]): fc.Arbitrary<Case> =>
  fc.record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    d: fc.nat(2),
    axisSize: fc.integer({ min: 1, max: 5 }),
    lie: fc.tuple(layouts, layouts, layouts),
    dtype: fc.constantFrom(...all),
    seed: fc.nat(),
  });

/** Indices from -size to size - 1. */
function positions(size: number, seed: number): () => Literal {
  const next = values('float64', seed);
  return () => BigInt((Math.floor(Math.abs(next() as number) * 1000) % (2 * size)) - size);
}

const wrap = (i: Literal, size: number): number => Number(i) + (Number(i) < 0 ? size : 0);

function combined(mode: ScatterMode, old: Literal, value: Literal, dtype: DType): Literal {
  if (mode === 'set') return value;
  const bool: { readonly [mode: string]: ScalarOp } = { add: 'or', max: 'or', mul: 'and', min: 'and' };
  const op = dtype === 'bool' ? bool[mode]! : mode;
  return stored(referenceOp(op, dtypeInfo[dtype].compute)(old, value, 0), dtype);
}

const gather = property(
  'gather/any-layout',
  (backend) => cases(dtypesOf(backend).all),
  async (backend, { shape, d, axisSize, lie: [to, by, from], dtype, seed }) => {
    const axis = d % shape.length;
    const awkward = dtypesOf(backend).whole.has(dtype);
    const source = lay(backend, dtype, shape.with(axis, axisSize), from, values(dtype, seed, awkward));
    const index = lay(backend, 'int64', shape, by, positions(axisSize, seed));
    const out = room(backend, dtype, shape, to);
    const strides: [Strides, Strides, Strides] = [out.strides, index.strides, source.strides];
    const plan = planIndexed(shape, axis, strides, 2, axisSize, true);
    const bad = kernelOf(backend, 'gather')(plan, out, index, source);
    if (bad !== undefined) throw new Error(`no index is out of range, but ${bad} was refused`);
    const [at, all] = [await look(index), await look(source)];
    const expected = indices(shape).map((i) => all(i.with(axis, wrap(at(i), axisSize))));
    expectSame(await list(out), expected, `gathered ${dtype}`);
  },
);

const scatters = (['set', 'add', 'mul', 'max', 'min'] as const).map((mode) =>
  property(
    `scatter/${mode}`,
    (backend) => cases(dtypesOf(backend).all),
    async (backend, { shape, d, axisSize, lie: [to, by, from], dtype, seed }) => {
      const axis = d % shape.length;
      const awkward = dtypesOf(backend).whole.has(dtype) && mode !== 'mul';
      const source = lay(backend, dtype, shape, from, values(dtype, seed, awkward));
      const index = lay(backend, 'int64', shape, by, positions(axisSize, seed));
      const outShape = shape.with(axis, axisSize);
      const whole = { ...to, repeat: [] };
      const out = lay(backend, dtype, outShape, whole, values(dtype, seed + 7, awkward));
      const before = await look(out);
      const expected = new Map(indices(outShape).map((i) => [String(i), before(i)]));
      const [at, all] = [await look(index), await look(source)];
      for (const i of indices(shape)) {
        const place = String(i.with(axis, wrap(at(i), axisSize)));
        expected.set(place, combined(mode, expected.get(place)!, all(i), dtype));
      }
      const strides: [Strides, Strides, Strides] = [out.strides, index.strides, source.strides];
      const plan = planIndexed(shape, axis, strides, 0, axisSize, true);
      const bad = kernelOf(backend, 'scatter')(mode, plan, out, index, source);
      if (bad !== undefined) throw new Error(`no index is out of range, but ${bad} was refused`);
      const wanted = [...expected.values()];
      (await list(out)).forEach((value, i) => {
        expectClose(value, wanted[i]!, dtype, `scattered ${dtype} (${mode}), element ${i}`, 8);
      });
    },
  ),
);

class Refused extends Error {}

const refuse = (index: number, size: number): never => {
  throw new Refused(`${index} of ${size}`);
};

/** Whoever reads at once says at once which index was bad; the next read from others fails as the plan says. */
async function expectRefused(
  answer: number | undefined,
  bad: number,
  size: number,
  read: () => Promise<unknown>,
): Promise<void> {
  if (answer === bad) return;
  if (answer !== undefined) throw new Error(`expected index ${bad} to be refused, got ${answer}`);
  const error = await read().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Refused && error.message === `${bad} of ${size}`) return;
  throw new Error(`expected the next read to fail as the plan refuses index ${bad} of ${size}, got ${error}`);
}

const outOfRange = (kind: 'gather' | 'scatter'): KernelCheck =>
  example(`${kind}/out-of-range`, async (backend) => {
    const small = dense(backend, 'float32', [1, 2, 3]);
    const large = dense(backend, 'float32', [7, 8, 9, 10]);
    const cases: readonly (readonly [bad: number, wrap: boolean, index: readonly bigint[]])[] = [
      [3, true, [0n, -3n, 3n, 1n]],
      [-4, true, [0n, -4n, 1n, 2n]],
      [-1, false, [2n, 0n, -1n, 1n]],
    ];
    for (const [bad, wraps, list_] of cases) {
      const index = dense(backend, 'int64', list_);
      const plan = planIndexed([4], 0, [[1], [1], [1]], kind === 'gather' ? 2 : 0, 3, wraps, refuse);
      const answer =
        kind === 'gather'
          ? kernelOf(backend, 'gather')(plan, large, index, small)
          : kernelOf(backend, 'scatter')('add', plan, small, index, large);
      await expectRefused(answer, bad, 3, () => list(small));
    }
    if (kind === 'scatter' && backend.manifest.syncRead) {
      expectSame(await list(small), [1, 2, 3], 'nothing was written');
    }
  });

export const gatherChecks: readonly KernelCheck[] = [gather, outOfRange('gather')];
export const scatterChecks: readonly KernelCheck[] = [...scatters, outOfRange('scatter')];
