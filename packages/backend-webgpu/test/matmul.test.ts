import { collapse, load, param, type Strides, s, scalarKernel } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hardware, onDevice } from './device.ts';
import { kernel, type Laid, type Layout, lay, plain, read, values } from './support.ts';

const turned: Layout = { ...plain, order: [0, 2, 1, 3] };

onDevice('matmul', (own) => {
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
  const magnitudes = (x: Laid): Laid => ({ ...x, values: x.values.map((value) => Math.abs(Number(value))) });
  const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 31, 64, 65, 132));
  const steps = fc.oneof(size, fc.constantFrom(16, 300, 512));

  test.each(['software', 'hardware'])('any sizes, layouts and batches, as on %s', async (kind) => {
    const backend = kind === 'software' ? own : await hardware();
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 1, max: 3 }), size, size, steps),
        fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
        fc.constantFrom('float32' as const, 'int32' as const),
        fc.nat(),
        async ([batch, m, n, k], [ta, tb, to], dtype, seed) => {
          const a = lay(backend, dtype, [batch, m, k], ta ? turned : plain, values(dtype, seed, true));
          const b = lay(backend, dtype, [batch, k, n], tb ? turned : plain, values(dtype, seed + 1, true));
          const out = lay(backend, dtype, [batch, m, n], to ? turned : plain, () => 0);
          kernel(backend, 'matmul')(plan(out, a, b), out, a, b, undefined);
          const got = await read(backend, out);
          // Rounding grows with what is added up, and with the root of how many; integers are exact.
          const sums = want(magnitudes(a), magnitudes(b));
          const unit = dtype === 'float32' ? 2 * Math.sqrt(k) * 2 ** -24 : 0;
          for (const [i, x] of want(a, b).entries())
            expect(Math.abs(Number(got[i]) - x)).toBeLessThanOrEqual(unit * sums[i]!);
        },
      ),
      { numRuns: 15 },
    );
  });

  const backend = own;

  test('steps that are shared out are added up before the epilogue, the same way every time', async () => {
    const a = lay(backend, 'float32', [2, 3, 900], plain, values('float32', 1, true));
    const b = lay(backend, 'float32', [2, 900, 5], plain, values('float32', 2, true));
    const bias = { ...lay(backend, 'float32', [5], plain, values('float32', 3, true)), strides: [0, 0, 1] };
    const body = s.add(s.mul(load(0, 'float32'), param(0, 'float32')), load(1, 'float32'));
    const epilogue = { kernel: scalarKernel(body, 'float32'), inputs: [bias], params: [2] };
    const results: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const out = lay(backend, 'float32', [2, 3, 5], plain, () => 7);
      const before = own.stats().dispatches;
      kernel(backend, 'matmul')(plan(out, a, b, [bias.strides]), out, a, b, epilogue);
      expect(own.stats().dispatches - before).toBe(2);
      results.push(await read(backend, out));
    }
    expect(results[0]).toEqual(results[1]);
    const got = results[0] as number[];
    for (const [i, x] of want(a, b).entries())
      expect(got[i]).toBeCloseTo(2 * x + Number(bias.values[i % 5]), 2);
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
