import { dtypeInfo, dtypes } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCpuBackend } from '../src/index.ts';
import { type CpuBuffer, Memory } from '../src/memory.ts';

const owner = {};

test('small buffers share slabs and never overlap', () => {
  const memory = new Memory(false);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...dtypes), fc.nat(80)), { maxLength: 200 }), (wanted) => {
      const taken = new Map<ArrayBufferLike, [number, number][]>();
      for (const [dtype, length] of wanted) {
        const { data, start } = memory.alloc(dtype, length);
        expect(start + length).toBeLessThanOrEqual(data.length);
        const { itemsize } = dtypeInfo[dtype];
        const range: [number, number] = [
          data.byteOffset + start * itemsize,
          data.byteOffset + (start + length) * itemsize,
        ];
        const others = taken.get(data.buffer) ?? [];
        expect(others.some(([from, to]) => range[0] < to && from < range[1])).toBe(false);
        taken.set(data.buffer, [...others, range]);
      }
    }),
  );
  expect(memory.alloc('float32', 4).data).toBe(memory.alloc('float32', 4).data);
});

test('big buffers that are given back are used again, also for other dtypes', () => {
  const memory = new Memory(false);
  const first = memory.alloc('float32', 10_000);
  memory.free(first);
  expect(memory.alloc('int32', 10_100).data.buffer).toBe(first.data.buffer);
  expect(memory.alloc('float32', 10_000).data.buffer).not.toBe(first.data.buffer);
});

test('every length fits its size class', () => {
  const memory = new Memory(false);
  fc.assert(
    fc.property(fc.constantFrom(...dtypes), fc.integer({ min: 1, max: 100_000 }), (dtype, length) => {
      const { data, start } = memory.alloc(dtype, length);
      expect(data.length - start).toBeGreaterThanOrEqual(length);
      expect(data.byteLength).toBeLessThanOrEqual(
        Math.max(4096 + 512, length * dtypeInfo[dtype].itemsize * 1.126),
      );
    }),
  );
});

test('memory that is seen as another dtype is not used again', () => {
  const backend = createCpuBackend();
  for (const length of [4, 5000]) {
    const floats = backend.alloc('float32', length, owner) as CpuBuffer;
    backend.write(floats, 0, new Float32Array(length).fill(1));
    const ints = backend.reinterpret!(floats, 'int32');
    expect(backend.read(ints, 0, 2)).toEqual(Int32Array.of(0x3f800000, 0x3f800000));
    backend.free(floats);
    expect((backend.alloc('float32', length, owner) as CpuBuffer).data.buffer === floats.data.buffer).toBe(
      length < 100,
    );
  }
});

test('poison shows what nobody wrote, and what was given back', () => {
  const backend = createCpuBackend({ poison: true });
  for (const dtype of ['float16', 'bfloat16', 'float32', 'float64'] as const) {
    for (const length of [3, 3000]) {
      const buffer = backend.alloc(dtype, length, owner) as CpuBuffer;
      const bits = new Uint8Array(backend.read(buffer, 0, length).buffer);
      expect(bits.every((byte) => byte === 255)).toBe(true);
      for (let i = 0; i < length; i++) buffer.data[buffer.start + i] = 0;
      backend.free(buffer);
      expect(new Uint8Array(backend.read(buffer, 0, 1).buffer).every((byte) => byte === 255)).toBe(true);
    }
  }
});

test('reading copies, and is counted', async () => {
  const backend = createCpuBackend();
  const buffer = backend.alloc('int64', 3, owner);
  backend.write(buffer, 1, BigInt64Array.of(7n, 8n));
  const copy = backend.read(buffer, 1, 2);
  backend.write(buffer, 1, BigInt64Array.of(9n));
  expect(copy).toEqual(BigInt64Array.of(7n, 8n));
  expect(await backend.readAsync(buffer, 0, 3)).toEqual(BigInt64Array.of(0n, 9n, 8n));
  expect(backend.counters.read).toBe(5);
});

test('too many elements are refused by name', () => {
  expect(() => createCpuBackend().alloc('float32', 2 ** 33, owner)).toThrow(/cannot hold/);
});

test('a backend is frozen data and says what it can do', () => {
  const { manifest, kernels } = createCpuBackend();
  expect(Object.isFrozen(manifest) && Object.isFrozen(kernels)).toBe(true);
  const declined = Object.entries(kernels).filter(([, row]) => typeof row !== 'function');
  expect(declined.map(([kind]) => kind)).toEqual(['row']);
});
