import {
  type KernelArray,
  kernelOf,
  type Layout,
  lay,
  list,
  room,
  rowMajor,
  values,
} from '@taimatsu/conformance/kernels';
import { type Backend, collapse, load, planReduce, reduceKernel, scalarKernel } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { modes } from './backends.ts';

function launch(backend: Backend, out: KernelArray, a: KernelArray, b: KernelArray): void {
  const batch = collapse(
    out.shape.slice(0, -2),
    [out, a, b].map((x) => x.strides.slice(0, -2)),
  );
  const [m, n] = out.shape.slice(-2) as [number, number];
  const plan = { batch, m, n, k: a.shape.at(-1)!, strides: [out, a, b].map((x) => x.strides.slice(-2)) };
  kernelOf(backend, 'matmul')(plan, out, a, b, undefined);
}

test('sums have the same bits in generated code and in closures', async () => {
  for (const [shape, axes] of [
    [[3, 5000], [1]],
    [[5000, 7], [0]],
    [
      [40, 30, 20],
      [0, 2],
    ],
    [[40, 30, 20], [1]],
  ] as const) {
    for (const dtype of ['float32', 'float64'] as const) {
      const results = modes.map(async ([, backend]) => {
        const array = lay(backend, dtype, shape, rowMajor, values(dtype, 9));
        const rest = shape.filter((__, d) => !(axes as readonly number[]).includes(d));
        const out = room(backend, dtype, rest);
        const plan = planReduce(shape, axes, out.strides, [array.strides], false);
        kernelOf(backend, 'reduce')(reduceKernel('sum', load(0, dtype), dtype), plan, out, [array], []);
        return list(out);
      });
      expect(await results[0]).toEqual(await results[1]);
    }
  }
});

test('products have the same bits in both, whatever is transposed', async () => {
  const turned: Layout = { ...rowMajor, order: [1, 0, 2, 3] };
  for (const [m, n, k] of [
    [33, 21, 70],
    [3, 3, 3],
    [1, 50, 300],
    [50, 1, 300],
    [5, 4, 2000],
  ] as const) {
    const results = modes.flatMap(([, backend]) =>
      [rowMajor, turned].map(async (layout) => {
        const flat = lay(backend, 'float32', [m, k], rowMajor, values('float32', 3));
        const a = room(backend, 'float32', [m, k], layout);
        const identity = scalarKernel(load(0, 'float32'), 'float32');
        const plan = collapse([m, k], [a.strides, flat.strides]);
        kernelOf(backend, 'map')(identity, { flat: false, ...plan }, a, [flat], []);
        const b = lay(backend, 'float32', [k, n], rowMajor, values('float32', 4));
        const out = room(backend, 'float32', [m, n], layout);
        launch(backend, out, a, b);
        return list(out);
      }),
    );
    for (const result of results) expect(await result).toEqual(await results[0]);
  }
});
