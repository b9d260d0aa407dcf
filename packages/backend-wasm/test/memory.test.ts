import {
  dtypes,
  flatMapPlan,
  isTensorError,
  type Kernels,
  load,
  param,
  s,
  scalarKernel,
  type View,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createWasmBackend } from '../src/index.ts';
import { Memory, WasmBuffer } from '../src/memory/index.ts';
import { classBytes, sizeClass } from '../src/memory/sizes.ts';

const MB = 2 ** 20;
const small = (budget = 64 * MB): Memory => new Memory({ budget, poison: false, shared: false });
const place = ({ block, start }: WasmBuffer): number => block.pointer + start;
const view = (buffer: object): View => ({ storage: { buffer }, offset: 0, dtype: 'float32' });

test('every size fits its class, and wastes at most an eighth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (bytes) => {
      const room = classBytes(sizeClass(bytes));
      expect(room).toBeGreaterThanOrEqual(bytes);
      expect(room).toBeLessThanOrEqual(Math.max(bytes + 16, bytes * 1.126));
      expect(sizeClass(room)).toBe(sizeClass(bytes));
    }),
  );
});

test('buffers never overlap, whatever is given back meanwhile', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...dtypes), fc.nat(30000), fc.boolean()), { maxLength: 100 }),
      (wanted) => {
        const memory = small();
        const live: [buffer: WasmBuffer, from: number, to: number][] = [];
        for (const [dtype, length, keep] of wanted) {
          const buffer = memory.alloc(dtype, length);
          const from = place(buffer);
          const to = from + length * buffer.itemsize;
          expect(from % 16).toBe(0);
          expect(live.some(([, a, b]) => from < b && a < to)).toBe(false);
          if (keep) live.push([buffer, from, to]);
          else memory.free(buffer);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('what is given back is used again', () => {
  const memory = small();
  const first = memory.alloc('float32', 10_000);
  const at = place(first);
  memory.free(first);
  expect(place(memory.alloc('int32', 10_010))).toBe(at);
  const tiny = memory.alloc('float32', 4);
  memory.free(tiny);
  expect(place(memory.alloc('float32', 4))).toBe(place(tiny));
});

describe('past the budget', () => {
  test('what nobody used for long moves away and comes back as it was', () => {
    const memory = small(16 * MB);
    const held = Array.from({ length: 100 }, (_, i) => {
      const buffer = memory.alloc('float32', i % 3 === 0 ? 10 : 250_000);
      memory.elements(buffer, 0, buffer.length).fill(i as never);
      return buffer;
    });
    expect(memory.stats.evacuated).toBeGreaterThan(40 * MB);
    expect(memory.wasm.buffer.byteLength).toBeLessThanOrEqual(17 * MB);
    for (let round = 0; round < 3; round++) {
      held.forEach((buffer, i) => {
        expect(memory.elements(buffer, 0, buffer.length).every((x) => x === i)).toBe(true);
      });
    }
  });

  test('operands of a launch stay, even if they alone are more than the budget', () => {
    const backend = createWasmBackend({ budget: 4 * MB });
    const run = backend.kernels as Kernels;
    const n = 500_000;
    const make = (value: number): View => {
      const buffer = backend.alloc('float32', n, {});
      backend.write(buffer, 0, new Float32Array(n).fill(value));
      return view(buffer);
    };
    const [a, b, c] = [make(1), make(2), make(3)];
    const out = view(backend.alloc('float32', n, {}));
    const sum = s.add(
      s.add(load(0, 'float32'), load(1, 'float32')),
      s.mul(load(2, 'float32'), param(0, 'float32')),
    );
    for (let i = 0; i < 5; i++)
      run.map(scalarKernel(sum, 'float32'), flatMapPlan(n, 4), out, [a, b, c], [10]);
    expect(backend.read(out.storage.buffer, 0, n).every((x) => x === 33)).toBe(true);
    expect(backend.read(b.storage.buffer, 0, n).every((x) => x === 2)).toBe(true);
  });

  test('given back while away', () => {
    const memory = small(4 * MB);
    const buffers = Array.from({ length: 20 }, () => memory.alloc('float32', 250_000));
    for (const buffer of buffers) memory.free(buffer);
    expect(memory.alloc('float32', 900_000)).toBeInstanceOf(WasmBuffer);
  });
});

test('exhaustion is a named error, and what was there is intact', () => {
  const backend = createWasmBackend();
  const kept = backend.alloc('float32', 1000, {});
  backend.write(kept, 0, new Float32Array(1000).fill(7));
  let error: unknown;
  try {
    backend.alloc('float32', 2 ** 30 - 2 ** 14, {});
    backend.alloc('float32', 2 ** 30 - 2 ** 14, {});
  } catch (caught) {
    error = caught;
  }
  expect(isTensorError(error, 'backend/out-of-memory')).toBe(true);
  expect(backend.read(kept, 0, 1000).every((x) => x === 7)).toBe(true);
  expect(() => backend.alloc('float32', 2 ** 33, {})).toThrow(/cannot hold/);
});

describe('at the end of memory', () => {
  const space = 8 * MB;
  const full = (): { memory: Memory; live: WasmBuffer[]; error: unknown } => {
    const memory = new Memory({ budget: 4 * MB, poison: true, shared: false, space });
    const live: WasmBuffer[] = [];
    let error: unknown;
    // What one launch uses cannot be moved away.
    try {
      for (;;) {
        const buffer = memory.alloc('float32', live.length % 3 === 0 ? 100 : 60_000);
        live.push(buffer);
        new Float32Array(memory.u8.buffer, memory.pointer(view(buffer)), buffer.length).fill(live.length);
        if (live.length > 1000) break;
      }
    } catch (caught) {
      error = caught;
    }
    return { memory, live, error };
  };

  test('an error that names it, and every live tensor as it was', () => {
    const { memory, live, error } = full();
    expect(isTensorError(error, 'backend/out-of-memory')).toBe(true);
    expect(memory.wasm.buffer.byteLength).toBeLessThanOrEqual(space);
    live.forEach((buffer, i) => {
      expect(memory.elements(buffer, 0, buffer.length).every((x) => x === i + 1)).toBe(true);
    });
    for (const buffer of live) memory.free(buffer);
    const again = memory.alloc('float32', 1_000_000);
    expect(memory.elements(again, 0, 1).length).toBe(1);
  });

  test('the same where JavaScript has no memory left to move things to', () => {
    const memory = new Memory({ budget: 4 * MB, poison: false, shared: false, space: 4 * MB });
    const live: WasmBuffer[] = [];
    const slice = vi.spyOn(Uint8Array.prototype, 'slice').mockImplementation(() => {
      throw new RangeError('Array buffer allocation failed');
    });
    try {
      const fill = (): void => {
        for (let i = 0; i < 100; i++) {
          const buffer = memory.alloc('float32', 60_000);
          memory.elements(buffer, 0, 60_000).fill(i as never);
          live.push(buffer);
        }
      };
      expect(fill).toThrow(expect.objectContaining({ code: 'backend/out-of-memory' }));
      expect(live.length).toBeGreaterThan(10);
    } finally {
      slice.mockRestore();
    }
    live.forEach((buffer, i) => {
      expect(memory.elements(buffer, 0, buffer.length).every((x) => x === i)).toBe(true);
    });
  });

  test('a copy that JavaScript has no memory for', () => {
    const backend = createWasmBackend();
    const buffer = backend.alloc('float32', 4, {});
    const slice = vi.spyOn(Float32Array.prototype, 'slice').mockImplementation(() => {
      throw new RangeError('Array buffer allocation failed');
    });
    try {
      expect(() => backend.read(buffer, 0, 4)).toThrow(
        expect.objectContaining({ code: 'backend/out-of-memory' }),
      );
    } finally {
      slice.mockRestore();
    }
  });
});

test('memory that is seen as another dtype is not used again', () => {
  const backend = createWasmBackend();
  for (const length of [4, 5000]) {
    const floats = backend.alloc('float32', length, {});
    backend.write(floats, 0, new Float32Array(length).fill(1));
    const ints = backend.reinterpret!(floats, 'int32');
    expect(backend.read(ints, 0, 2)).toEqual(Int32Array.of(0x3f800000, 0x3f800000));
    backend.free(floats);
    backend.write(backend.alloc('float32', length, {}), 0, new Float32Array(length));
    expect(backend.read(ints, 0, 1)).toEqual(Int32Array.of(0x3f800000));
  }
});

test('poison shows what nobody wrote, and what was given back', () => {
  const backend = createWasmBackend({ poison: true });
  for (const length of [3, 3000, 30_000]) {
    const buffer = backend.alloc('float32', length, {});
    expect(backend.read(buffer, 0, length).every((x) => Number.isNaN(x))).toBe(true);
    backend.write(buffer, 0, new Float32Array(length));
    backend.free(buffer);
    expect(Number.isNaN(backend.read(buffer, 0, 1)[0])).toBe(true);
  }
});

test('reading copies, and is counted', async () => {
  const backend = createWasmBackend();
  const buffer = backend.alloc('int64', 3, {});
  backend.write(buffer, 0, BigInt64Array.of(6n, 7n, 8n));
  const copy = backend.read(buffer, 1, 2);
  backend.write(buffer, 1, BigInt64Array.of(9n));
  expect(copy).toEqual(BigInt64Array.of(7n, 8n));
  expect(await backend.readAsync(buffer, 0, 3)).toEqual(BigInt64Array.of(6n, 9n, 8n));
  expect(backend.counters.read).toBe(5);
});

test('a backend is frozen data and says what it can do', () => {
  const { manifest, kernels } = createWasmBackend();
  expect(Object.isFrozen(manifest) && Object.isFrozen(kernels)).toBe(true);
  expect(Object.values(kernels).every((row) => typeof row === 'function')).toBe(true);
});
