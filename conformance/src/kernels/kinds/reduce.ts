import {
  type Backend,
  type Combine,
  cast,
  castValue,
  type DType,
  dtypeInfo,
  type Literal,
  literal,
  load,
  param,
  planReduce,
  reduceKernel,
  referenceOp,
  s,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import {
  type Contents,
  dense,
  indices,
  type KernelArray,
  lay,
  layouts,
  list,
  look,
  ownedStorage,
  room,
  rowMajor,
  shapes,
  sizeOf,
  stored,
} from '../array.ts';
import { example, type KernelCheck, kernelOf, property } from '../check.ts';
import { dtypesOf, expectClose, expectSame, values } from '../values.ts';

const isArg = (combine: Combine): boolean => combine === 'argmax' || combine === 'argmin';

/** Integers that every backend holds, however it holds them. */
const HELD_LIMIT = 2 ** 24;

/** Sums of integers and bools are int64, as core asks for them. */
function widened(combine: Combine, dtype: DType): DType {
  return combine === 'sum' && dtypeInfo[dtype].category !== 'float' ? 'int64' : dtype;
}

function launch(
  backend: Backend,
  combine: Combine,
  array: KernelArray,
  axes: readonly number[],
  out: KernelArray,
): void {
  const pre = cast(load(0, array.dtype), widened(combine, array.dtype));
  const plan = planReduce(array.shape, axes, out.strides, [array.strides], isArg(combine));
  kernelOf(backend, 'reduce')(reduceKernel(combine, pre, out.dtype), plan, out, [array], []);
}

/** The elements that each result is made of, in row-major order. */
function groups(at: Contents, shape: readonly number[], axes: readonly number[]): Literal[][] {
  const kept = shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const groups = new Map<string, Literal[]>();
  for (const index of indices(shape)) {
    const key = kept.map((d) => index[d]).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [at(index)]);
    else group.push(at(index));
  }
  return [...groups.values()];
}

/** The meaning: sums and products of floats in double precision. */
function combined(combine: Combine, xs: readonly Literal[], dtype: DType): Literal {
  if (combine === 'argmax' || combine === 'argmin') {
    const nan = xs.findIndex((x) => Number.isNaN(x));
    const better = (a: Literal, b: Literal): boolean => (combine === 'argmax' ? a > b : a < b);
    return BigInt(nan >= 0 ? nan : xs.reduce<number>((best, x, i) => (better(x, xs[best]!) ? i : best), 0));
  }
  const wide = dtype === 'float32' ? 'float64' : dtype;
  const op = combine === 'sum' ? 'add' : combine === 'prod' ? 'mul' : combine;
  return xs.reduce((a, b) => referenceOp(op, wide)(a, b, 0));
}

const combines: readonly Combine[] = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin'];

const anyLayout = combines.map((combine) =>
  property(
    `reduce/${combine}`,
    (backend) =>
      fc.record({
        shape: fc.oneof(shapes(), fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 20 }))),
        layout: layouts,
        to: layouts,
        some: fc.subarray([0, 1, 2, 3]),
        dtype: fc.constantFrom(...dtypesOf(backend).all.filter((d) => combine !== 'prod' || d !== 'bool')),
        seed: fc.nat(),
      }),
    async (backend, { shape, layout, to, some, dtype, seed }) => {
      const axes = some.filter((d) => d < shape.length);
      const half = dtype === 'float16' || dtype === 'bfloat16';
      const { whole } = dtypesOf(backend);
      const awkward = !half && whole.has(dtype) && whole.has(widened(combine, dtype)) && combine !== 'prod';
      const array = lay(backend, dtype, shape, layout, values(dtype, seed, awkward));
      const within = widened(combine, dtype);
      const output = isArg(combine) ? 'int64' : within;
      const rest = shape.filter((_, d) => !axes.includes(d));
      const out = room(backend, output, rest, to);
      launch(backend, combine, array, axes, out);
      const { compute } = dtypeInfo[within];
      const elements = groups(await look(array), shape, axes).map((xs) =>
        xs.map((x) => castValue(x, dtypeInfo[dtype].compute, compute)),
      );
      const actual = await list(out);
      elements.forEach((xs, i) => {
        const size = combine === 'sum' ? xs.reduce((n: number, x) => n + Math.abs(Number(x)), 0) : undefined;
        const expected = stored(combined(combine, xs, compute), output);
        if (!whole.has(output) && Math.abs(Number(expected)) >= HELD_LIMIT) return;
        expectClose(actual[i]!, expected, output, `${combine} of ${dtype}, result ${i}`, size);
      });
    },
  ),
);

const empty = example('reduce/empty', async (backend) => {
  const out = room(backend, 'float32', [3]);
  const nothing = dense(backend, 'float32', [], [3, 0]);
  const identities = { sum: 0, prod: 1, max: -Infinity, min: Infinity } as const;
  for (const [combine, value] of Object.entries(identities)) {
    launch(backend, combine as Combine, nothing, [1], out);
    expectSame(await list(out), [value, value, value], `${combine} of nothing`);
  }
  const any = room(backend, 'bool', []);
  for (const [combine, value] of [
    ['max', false],
    ['min', true],
  ] as const) {
    launch(backend, combine, dense(backend, 'bool', [], [0]), [0], any);
    expectSame(await list(any), [value], `${combine} of no bools`);
  }
});

const around = example('reduce/before-and-after', async (backend) => {
  const array = dense(backend, 'float32', [1, 2, 3, 4], [2, 2]);
  const out = room(backend, 'float32', [2]);
  const mean = reduceKernel('sum', s.square(load(0, 'float32')), 'float32', (sum) =>
    s.div(sum, param(0, 'float32')),
  );
  kernelOf(backend, 'reduce')(mean, planReduce([2, 2], [1], [1], [[2, 1]], false), out, [array], [2]);
  expectSame(await list(out), [2.5, 12.5], 'means of squares');
});

const carries = example('reduce/int64-carries', async (backend) => {
  if (!dtypesOf(backend).whole.has('int64')) return;
  const array = dense(backend, 'int64', [2n ** 63n - 1n, 1n, -1n, 2n ** 40n, -(2n ** 63n), 5n], [2, 3]);
  const out = room(backend, 'int64', [2]);
  launch(backend, 'sum', array, [1], out);
  expectSame(await list(out), [2n ** 63n - 1n, 2n ** 40n - 2n ** 63n + 5n], 'sums that wrap around');
});

const precision = example('reduce/long-sums', async (backend) => {
  const { floats } = dtypesOf(backend);
  const cases: readonly (readonly [shape: number[], axes: number[]])[] = [
    [[3, 5000], [1]],
    [[5000, 7], [0]],
    [
      [40, 30, 20],
      [0, 2],
    ],
    [[40, 30, 20], [1]],
  ];
  for (const dtype of floats.filter((d) => d === 'float32' || d === 'float64')) {
    for (const [shape, axes] of cases) {
      const array = lay(backend, dtype, shape, rowMajor, values(dtype, 9));
      const rest = shape.filter((_, d) => !axes.includes(d));
      const out = room(backend, dtype, rest);
      launch(backend, 'sum', array, axes, out);
      const again = room(backend, dtype, rest);
      launch(backend, 'sum', array, axes, again);
      expectSame(await list(again), await list(out), 'the same sum again');
      const actual = await list(out);
      groups(await look(array), shape, axes).forEach((xs, i) => {
        const exact = (xs as number[]).reduce((a, b) => a + b, 0);
        // A naive running sum loses several times as much.
        const size = Math.sqrt(sizeOf(shape) / sizeOf(rest));
        expectClose(actual[i]!, exact, dtype, `a long sum of ${dtype}`, size);
      });
    }
  }
});

const tenths = example('reduce/ten-million-tenths', async (backend) => {
  if (!dtypesOf(backend).whole.has('float64')) return;
  const n = 1e7;
  const storage = ownedStorage(backend, 'float64', n);
  backend.write(storage.buffer, 0, new Float64Array(n).fill(0.1));
  for (const stride of [1, 2]) {
    const view = { storage, offset: 0, dtype: 'float64' as const };
    const out = room(backend, 'float64', []);
    const plan = planReduce([n / stride], [0], [], [[stride]], false);
    kernelOf(backend, 'reduce')(reduceKernel('sum', load(0, 'float64'), 'float64'), plan, out, [view], []);
    const [sum] = (await list(out)) as [number];
    const off = Math.abs((sum * stride) / 1e6 - 1);
    if (off > 5e-15) throw new Error(`the sum of ${n / stride} tenths is off by ${off} of itself`);
  }
  backend.free(storage.buffer);
});

/** A dimension of short lines between long ones that are reduced with those before it. */
const bothSides = property(
  'reduce/both-sides',
  () =>
    fc.record({
      shape: fc.tuple(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 32, max: 70 }),
      ),
      combine: fc.constantFrom('sum', 'max', 'prod' as const),
      seed: fc.nat(),
    }),
  async (backend, { shape, combine, seed }) => {
    const array = lay(backend, 'float32', shape, rowMajor, values('float32', seed));
    const out = room(backend, 'float32', [shape[1]]);
    const half = s.mul(load(0, 'float32'), literal(0.5, 'float32'));
    const kernel = reduceKernel(combine, half, 'float32', (x) => s.mul(x, param(0, 'float32')));
    const plan = planReduce(shape, [0, 2], out.strides, [array.strides], false);
    kernelOf(backend, 'reduce')(kernel, plan, out, [array], [3]);
    const actual = await list(out);
    groups(await look(array), shape, [0, 2]).forEach((xs, i) => {
      const halves = (xs as number[]).map((x) => x / 2);
      const expected = 3 * (combined(combine, halves, 'float64') as number);
      const size = combine === 'sum' ? halves.reduce((n, x) => n + Math.abs(x), 0) : Math.abs(expected);
      expectClose(actual[i]!, Math.fround(expected), 'float32', `${combine}, result ${i}`, 3 * size);
    });
  },
);

/** Windows of a plane: elements that several results are made of. */
const windows = combines.map((combine) =>
  property(
    `reduce/${combine}-of-windows`,
    (backend) => {
      const few = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
      return fc.record({
        size: fc.tuple(fc.integer({ min: 3, max: 20 }), fc.integer({ min: 8, max: 40 })),
        window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })),
        stride: few(1, 3),
        dtype: fc.constantFrom(...dtypesOf(backend).all.filter((d) => dtypeInfo[d].itemsize >= 4)),
        seed: fc.nat(),
      });
    },
    async (backend, { size: [h, w], window: [kh, kw], stride: [sh, sw], dtype, seed }) => {
      const counts = [Math.floor((h - kh) / sh) + 1, Math.floor((w - kw) / sw) + 1] as const;
      const plane = lay(backend, dtype, [2, h, w], rowMajor, values(dtype, seed));
      const [outer, row, column] = plane.strides as [number, number, number];
      const shape = [2, ...counts, kh, kw];
      const seen: KernelArray = { ...plane, shape, strides: [outer, row * sh, column * sw, row, column] };
      const out = room(backend, isArg(combine) ? 'int64' : widened(combine, dtype), [2, ...counts]);
      launch(backend, combine, seen, [3, 4], out);
      const compute = dtypeInfo[widened(combine, dtype)].compute;
      const actual = await list(out);
      groups(await look(seen), shape, [3, 4]).forEach((xs, i) => {
        const wide = xs.map((x) => castValue(x, dtypeInfo[dtype].compute, compute));
        const expected = stored(combined(combine, wide, compute), out.dtype);
        const size =
          combine === 'sum' ? wide.reduce((n: number, x) => n + Math.abs(Number(x)), 0) : undefined;
        expectClose(actual[i]!, expected, out.dtype, `${combine} of ${dtype}, result ${i}`, size);
      });
    },
  ),
);

export const reduceChecks: readonly KernelCheck[] = [
  ...anyLayout,
  ...windows,
  bothSides,
  empty,
  around,
  carries,
  precision,
  tenths,
];
