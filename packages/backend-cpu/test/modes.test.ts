import { collapse, load, planReduce, reduceKernel, scalarKernel } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { type Array_, kernel, type Layout, lay, list, modes, rowMajor, values } from './support.ts';

function launch(backend: (typeof modes)[number][1], out: Array_, a: Array_, b: Array_): void {
  const batch = collapse(
    out.shape.slice(0, -2),
    [out, a, b].map((x) => x.strides.slice(0, -2)),
  );
  const [m, n] = out.shape.slice(-2) as [number, number];
  const plan = { batch, m, n, k: a.shape.at(-1)!, strides: [out, a, b].map((x) => x.strides.slice(-2)) };
  kernel(backend, 'matmul')(plan, out, a, b, undefined);
}

test('sums have the same bits in generated code and in closures', () => {
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
      const results = modes.map(([, backend]) => {
        const array = lay(backend, dtype, shape, rowMajor, values(dtype, 9, true));
        const rest = shape.filter((__, d) => !(axes as readonly number[]).includes(d));
        const out = lay(backend, dtype, rest, rowMajor);
        const plan = planReduce(shape, axes, out.strides, [array.strides], false);
        kernel(backend, 'reduce')(reduceKernel('sum', load(0, dtype), dtype), plan, out, [array], []);
        return list(out);
      });
      expect(results[0]).toEqual(results[1]);
    }
  }
});

test('products have the same bits in both, whatever is transposed', () => {
  const turned: Layout = { ...rowMajor, order: [1, 0, 2, 3] };
  for (const [m, n, k] of [
    [33, 21, 70],
    [3, 3, 3],
    [1, 50, 300],
    [50, 1, 300],
    [5, 4, 2000],
  ] as const) {
    const results = modes.flatMap(([, backend]) =>
      [rowMajor, turned].map((layout) => {
        const flat = lay(backend, 'float32', [m, k], rowMajor, values('float32', 3, true));
        const a = lay(backend, 'float32', [m, k], layout);
        const identity = scalarKernel(load(0, 'float32'), 'float32');
        const plan = collapse([m, k], [a.strides, flat.strides]);
        kernel(backend, 'map')(identity, { flat: false, ...plan }, a, [flat], []);
        const b = lay(backend, 'float32', [k, n], rowMajor, values('float32', 4, true));
        const out = lay(backend, 'float32', [m, n], layout);
        launch(backend, out, a, b);
        return list(out);
      }),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  }
});
