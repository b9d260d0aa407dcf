import * as t from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { afterAll, expect, test } from 'vitest';
import { assemble } from '../src/backend.ts';
import { createWasmBackend } from '../src/index.ts';
import { Memory } from '../src/memory/index.ts';
import { type Piece, Pool } from '../src/threads/index.ts';

const made = (): Memory => new Memory({ budget: 2 ** 28, poison: true, shared: true });

/** Cuts every launch for `threads` threads, and does the pieces backwards, each where another thread would. */
class Cutting extends Pool {
  readonly threads: number;
  cuts = 0;

  constructor(memory: Memory, threads: number) {
    super(memory, threads);
    this.threads = threads;
  }

  override countFor(): number {
    return this.threads;
  }

  override run(pieces: readonly Piece[], scratch: number, stride: number): number {
    if (pieces.length > 1) this.cuts++;
    return pieces.reduceRight(
      (result, piece, i) => result | piece.perform(scratch + stride * (i % this.threads)),
      0,
    );
  }
}

const alone = createWasmBackend({ threads: 1 });
const cutting = [2, 3, 7].map((limit) => {
  const memory = made();
  const pool = new Cutting(memory, limit);
  return { pool, backend: assemble(memory, pool) };
});
const real = createWasmBackend({ threads: 2 });
const before = t.setDefaultDevice(alone);
afterAll(() => {
  if (before !== undefined) t.setDefaultDevice(before);
});

/** Bytes of a result, computed with what a backend has. */
function bytesOf(backend: Backend, make: () => t.Tensor): Uint8Array {
  t.setDefaultDevice(backend);
  t.manualSeed(1);
  return t.tidy(() => {
    const data = make().contiguous().reshape([-1]).toTypedArray() as Float32Array;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  });
}

/** Many numbers, quickly. */
const many = (...shape: number[]): t.Tensor => {
  const size = shape.reduce((a, b) => a * b);
  return t.arange(size).mul(0.37).sin().reshape(shape);
};
const conv = t.functional.conv2d;
const rand = (...shape: number[]): t.Tensor => t.randn(shape);

/** In every way in which launches are cut. */
const launches: { readonly [name: string]: () => t.Tensor } = {
  matmul: () => rand(130, 131).mm(rand(131, 132)),
  'matmul, transposed': () => rand(131, 130).t().mm(rand(132, 131).t()),
  'matmul, deep': () => rand(40, 1100).mm(rand(1100, 70)),
  'matmul, skinny': () => rand(600, 264).mm(rand(264, 10)),
  'matmul, few rows': () => rand(9, 300).mm(rand(300, 1500)),
  'matmul, float64': () => rand(120, 130).double().mm(rand(130, 120).double()),
  'matmul, bias': () => t.addmm(rand(120), rand(140, 130), rand(130, 120)),
  'matrix and vector': () => rand(200, 150).mv(rand(150)),
  batches: () => rand(70, 20, 21).bmm(rand(70, 21, 22)),
  convolution: () => conv(rand(3, 16, 12, 13), rand(32, 16, 3, 3), undefined, { padding: 1 }),
  'convolution, grouped and strided': () =>
    conv(rand(4, 16, 15, 14), rand(32, 4, 3, 3), rand(32), { groups: 4, stride: 2 }),
  'convolution, input gradient': () => {
    const x = rand(2, 6, 12, 13).requiresGrad_();
    return t.grad(
      conv(x, rand(8, 6, 3, 3), undefined, { padding: 1 })
        .square()
        .sum(),
      [x],
    )[0]!;
  },
  'convolution, input gradient with a stride': () => {
    const x = rand(16, 6, 12, 13).requiresGrad_();
    return t.grad(
      conv(x, rand(8, 6, 3, 3), undefined, { stride: 2 })
        .square()
        .sum(),
      [x],
    )[0]!;
  },
  'convolution, depthwise': () =>
    conv(rand(3, 16, 12, 13), rand(16, 1, 3, 3), undefined, { groups: 16, padding: 1 }),
  'convolution, weight gradient': () => {
    const w = rand(8, 20, 3, 3).requiresGrad_();
    return t.grad(
      conv(rand(2, 20, 12, 13), w, undefined, { padding: 1 })
        .square()
        .sum(),
      [w],
    )[0]!;
  },
  map: () => many(100_003).exp(),
  'map, in place': () => many(100_003).mul_(3).add_(many(100_003)),
  'map, with a scalar of 64 bits': () => t.arange(0, 100_003).mul(2n ** 40n + 1n),
  'map, scalar family': () => many(100_001).mul(100).to('int16').add(7),
  'map, broadcast': () => rand(170, 171).add(rand(171)),
  'map, strided': () => rand(170, 171).t().add(1).contiguous(),
  'sum of rows': () => many(500, 399).sum(1),
  'sum of columns': () => rand(100, 199).sum(0),
  'sum of all': () => many(1_000_003).sum(),
  'sum of few columns': () => many(100_003, 7).sum(0),
  'product of few rows': () => many(3, 300_000).mul(1e-3).add(1).prod(1),
  'maximum of all': () => many(1_000_003).max(),
  'sum of several dimensions': () => rand(6, 40, 5, 20).sum([0, 2]),
  windows: () => t.functional.maxPool2d(rand(4, 8, 20, 20), 2) as t.Tensor,
  argmax: () => rand(100, 51).argmax(1),
  softmax: () => rand(70, 71).softmax(-1),
  'layer norm': () => t.functional.layerNorm(rand(70, 71), [71], rand(71), rand(71)),
  cumsum: () => rand(50, 51).cumsum(0),
  sort: () => rand(31, 40).sort(1).indices,
  gather: () => rand(60, 61).gather(1, t.randint(0, 61, [60, 61])),
  'rows by index': () => rand(500, 12).indexSelect(0, t.randint(0, 500, [400])),
  scatterAdd: () => t.zeros([60, 61]).scatterAdd(0, t.randint(0, 60, [60, 61]), rand(60, 61)),
};

for (const [name, make] of Object.entries(launches)) {
  test(`${name}: the same bits, however it is cut`, () => {
    const expected = bytesOf(alone, make);
    for (const { backend, pool } of cutting) {
      const { cuts } = pool;
      expect(Buffer.compare(bytesOf(backend, make), expected)).toBe(0);
      expect(pool.cuts).toBeGreaterThan(cuts);
    }
  });
}

test('real threads: the same bits as one', async () => {
  const large = (): t.Tensor => {
    const x = rand(400, 400);
    return x.mm(rand(400, 400)).add_(x).exp().softmax(-1).add(many(1_200_003).sum());
  };
  const expected = bytesOf(alone, large);
  for (let i = 0; i < 10; i++) {
    expect(Buffer.compare(bytesOf(real, large), expected)).toBe(0);
    await new Promise((done) => setTimeout(done, 5));
  }
});

test('threads can be chosen', () => {
  expect(alone.manifest.executor).toBe('webassembly');
  expect(real.manifest.executor).toBe('webassembly with threads');
  expect(t.getNumThreads(alone)).toBe(1);
  t.setNumThreads(4, alone);
  expect(t.getNumThreads(alone)).toBe(1);
  t.setNumThreads(1, real);
  expect(t.getNumThreads(real)).toBe(1);
  t.setNumThreads(2, real);
  expect(t.getNumThreads(real)).toBe(2);
  for (const wrong of [0, -1, 1.5]) {
    expect(() => t.setNumThreads(wrong)).toThrow('set_num_threads expects a positive integer');
  }
});

test('an index out of range is the first one, whoever finds it', () => {
  t.setDefaultDevice(cutting[1]!.backend);
  const index = t.zeros([60, 61], { dtype: 'int64' });
  index.select(0, 2).fill_(700);
  index.select(0, 59).fill_(800);
  expect(() => rand(60, 61).gather(0, index)).toThrow(/700/);
  expect(() => rand(60, 61).scatter(0, index, rand(60, 61))).toThrow(/700/);
});
