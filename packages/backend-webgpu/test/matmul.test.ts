import { collapse, load, param, type Strides, s, scalarKernel } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';
import { kernel, type Laid, type Layout, lay, plain, read, values } from './support.ts';

const turned: Layout = { ...plain, order: [0, 2, 1, 3] };

onDevice('matmul', (backend) => {
  const plan = (out: Laid, a: Laid, b: Laid, extras: readonly Strides[] = []) => {
    const [batch, m, n] = out.shape as [number, number, number];
    const all = [out.strides, a.strides, b.strides, ...extras];
    return {
      batch: collapse(
        [batch],
        all.map((strides) => strides.slice(0, 1)),
      ),
      m,
      n,
      k: a.shape[2]!,
      strides: all.map((strides) => strides.slice(1)),
    };
  };
  const want = (a: Laid, b: Laid): number[] => {
    const [batch, m, k] = a.shape as [number, number, number];
    const n = b.shape[2]!;
    const out: number[] = [];
    for (let i = 0; i < batch * m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum += Number(a.values[i * k + l]) * Number(b.values[(Math.floor(i / m) * k + l) * n + j]);
        }
        out.push(sum);
      }
    }
    return out;
  };
  const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(31, 65));

  test('any sizes, layouts and batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 1, max: 3 }), size, size, size),
        fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
        fc.constantFrom('float32' as const, 'int32' as const),
        fc.nat(),
        async ([batch, m, n, k], [ta, tb, to], dtype, seed) => {
          const a = lay(backend, dtype, [batch, m, k], ta ? turned : plain, values(dtype, seed, true));
          const b = lay(backend, dtype, [batch, k, n], tb ? turned : plain, values(dtype, seed + 1, true));
          const out = lay(backend, dtype, [batch, m, n], to ? turned : plain, () => 0);
          kernel(backend, 'matmul')(plan(out, a, b), out, a, b, undefined);
          const got = await read(backend, out);
          for (const [i, x] of want(a, b).entries()) expect(Math.abs(Number(got[i]) - x)).toBeLessThan(1e-3);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('no steps along k give zero, and an epilogue sees what is there', async () => {
    const a = lay(backend, 'float32', [2, 3, 0], plain, () => 1);
    const b = lay(backend, 'float32', [2, 0, 4], plain, () => 1);
    const bias = { ...lay(backend, 'float32', [4], plain, values('float32', 3, true)), strides: [0, 0, 1] };
    const out = lay(backend, 'float32', [2, 3, 4], plain, () => 7);
    const body = s.relu(s.add(s.mul(load(0, 'float32'), param(0, 'float32')), load(1, 'float32')));
    const epilogue = { kernel: scalarKernel(body, 'float32'), inputs: [bias], params: [2] };
    kernel(backend, 'matmul')(plan(out, a, b, [bias.strides]), out, a, b, epilogue);
    const row = bias.values.map((x) => Math.max(0, x as number));
    expect(await read(backend, out)).toEqual(Array.from({ length: 6 }, () => row).flat());
  });

  test('an epilogue that reads the output itself', async () => {
    const a = lay(backend, 'float32', [1, 3, 2], plain, values('float32', 1, true));
    const b = lay(backend, 'float32', [1, 2, 3], plain, values('float32', 2, true));
    const out = lay(backend, 'float32', [1, 3, 3], plain, () => 10);
    const epilogue = {
      kernel: scalarKernel(s.add(load(0, 'float32'), load(1, 'float32')), 'float32'),
      inputs: [out],
      params: [],
    };
    kernel(backend, 'matmul')(plan(out, a, b, [out.strides]), out, a, b, epilogue);
    const got = await read(backend, out);
    for (const [i, x] of want(a, b).entries()) expect(Number(got[i])).toBeCloseTo(x + 10, 4);
  });
});
