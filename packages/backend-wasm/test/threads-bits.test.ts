import * as t from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { afterAll, expect, test } from 'vitest';
import { assemble } from '../src/backend.ts';
import { createWasmBackend } from '../src/index.ts';
import { Memory } from '../src/memory/index.ts';
import { type Piece, Pool } from '../src/threads/index.ts';
import { launches, many, rand } from './launches.ts';

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
