import { ownedStorage } from '@taimatsu/conformance/kernels';
import { load, planMap, s, scalarKernel } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { createWebGpuBackend, init } from '../src/index.ts';
import { another, onDevice } from './device.ts';
import { dense, kernel, read } from './support.ts';

const noAdapter = { requestAdapter: async () => null } as unknown as GPU;

test('a host without an adapter is told so', async () => {
  await expect(init({ gpu: noAdapter })).rejects.toMatchObject({ code: 'backend/unsupported' });
});

onDevice('backend', (backend) => {
  const double = scalarKernel(s.add(load(0, 'float32'), load(0, 'float32')), 'float32');

  test('what it cannot hold is refused before memory is asked for', () => {
    expect(() => backend.alloc('float64', 1, {})).toThrow(/float64/);
    expect(() => backend.alloc('float32', backend.manifest.maxElements + 1, {})).toThrow(/limit/);
    const longs = backend.alloc('int64', 2, {});
    expect(() => backend.write(longs, 0, BigInt64Array.of(1n, 2n ** 40n))).toThrow(/int64 1099511627776/);
    expect(() => backend.read(longs, 0, 1)).toThrow(/readAsync/);
  });

  test('kernels gather in few submissions, and freed memory is used again', async () => {
    const x = dense(backend, 'float32', [1, 2, 3, 4]);
    await read(backend, x);
    const before = backend.stats();
    for (let i = 0; i < 20; i++) {
      kernel(backend, 'map')(double, planMap([4], [[1], [1]]), x, [x], []);
      backend.free(backend.alloc('float32', 1000, {}));
    }
    expect((await read(backend, x))[0]).toBe(2 ** 20);
    const after = backend.stats();
    expect(after.dispatches - before.dispatches).toBe(20);
    expect(after.submits - before.submits).toBe(1);
    expect(after.bytes - before.bytes).toBeLessThan(10_000);
  });

  test('writes come between the kernels around them', async () => {
    const x = dense(backend, 'float32', [1]);
    const run = (): void => kernel(backend, 'map')(double, planMap([1], [[1], [1]]), x, [x], []);
    run();
    const first = read(backend, x);
    backend.write(x.storage.buffer, 0, Float32Array.of(10));
    run();
    run();
    backend.write(x.storage.buffer, 0, Float32Array.of(5));
    run();
    expect([await first, await read(backend, x)]).toEqual([[2], [10]]);
  });

  test('more kernels than a batch holds', async () => {
    const x = dense(backend, 'float32', [0]);
    const increment = scalarKernel(s.add(load(0, 'float32'), s.literal(1, 'float32')), 'float32');
    for (let i = 0; i < 700; i++) kernel(backend, 'map')(increment, planMap([1], [[1], [1]]), x, [x], []);
    expect(await read(backend, x)).toEqual([700]);
  });

  test('a device that is gone rejects pending reads and refuses more; another can be made', async () => {
    const own = await another();
    const x = dense(own, 'float32', [1, 2]);
    const pending = own.readAsync(x.storage.buffer, 0, 2);
    own.device.destroy();
    await expect(pending).rejects.toMatchObject({ code: 'backend/lost' });
    expect(() => own.alloc('float32', 1, {})).toThrow(/lost its device/);
    await expect(own.readAsync(x.storage.buffer, 0, 2)).rejects.toMatchObject({ code: 'backend/lost' });
    const next = await another();
    expect(await read(next, dense(next, 'float32', [3]))).toEqual([3]);
    next.device.destroy();
  });

  test('many pending reads all hear of the loss, also those that wait for nothing but checks', async () => {
    const own = await another();
    const x = dense(own, 'float32', [1, 2]);
    const pending = Array.from({ length: 5 }, () => own.readAsync(x.storage.buffer, 0, 2));
    pending.push(own.readAsync(x.storage.buffer, 0, 0));
    own.device.destroy();
    const ends = await Promise.allSettled(pending);
    expect(ends.map(({ status }) => status)).toEqual(new Array(6).fill('rejected'));
  });

  test('beyond its budget it refuses by name, and goes on when memory comes back', async () => {
    const own = await another({ budget: 2 ** 20 });
    const alloc = (owner: object): object => own.alloc('float32', 2 ** 16, owner);
    const held = [alloc({}), alloc({}), alloc({})];
    expect(() => alloc({})).toThrow(expect.objectContaining({ code: 'backend/out-of-memory' }));
    expect(() => alloc({})).toThrow(/await something/);
    own.free(held[0]!);
    // What waits in the pool is given up for another size.
    expect(() => own.alloc('float32', 2 ** 15, {})).not.toThrow();
    expect(own.stats().bytes).toBeLessThanOrEqual(2 ** 20);
    own.device.destroy();
  });

  test('memory given up while a batch uses it is destroyed after the batch', async () => {
    const own = await another({ budget: 2 ** 20 });
    const increment = scalarKernel(s.add(load(0, 'float32'), s.literal(1, 'float32')), 'float32');
    const size = 2 ** 16;
    const views = [0, 1].map(() => ({
      storage: ownedStorage(own, 'float32', size),
      offset: 0,
      dtype: 'float32' as const,
    }));
    const [x, y] = views as [(typeof views)[number], (typeof views)[number]];
    own.write(x.storage.buffer, 0, new Float32Array(size).fill(4));
    kernel(own, 'map')(increment, planMap([size], [[1], [1]]), y, [x], []);
    own.free(x.storage.buffer);
    own.alloc('float32', 2 ** 17, {});
    expect(await own.readAsync(y.storage.buffer, 0, 2)).toEqual(Float32Array.of(5, 5));
    own.device.destroy();
  });

  test('memory that nobody holds comes back in a loop that waits', async () => {
    const own = await another({ budget: 2 ** 29 });
    for (let i = 0; i < 1500; i++) {
      own.alloc('float32', 2 ** 18, {});
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    expect(own.stats().bytes).toBeLessThanOrEqual(2 ** 29);
    own.device.destroy();
  });

  test('a device out of memory is named so by the next read', async () => {
    const own = await another();
    const pop = own.device.popErrorScope.bind(own.device);
    let left = 1;
    own.device.popErrorScope = async () => {
      const error = await pop();
      return left-- > 0 ? new GPUOutOfMemoryError('none left') : error;
    };
    const x = own.alloc('float32', 1000, {});
    await expect(own.readAsync(x, 0, 1)).rejects.toMatchObject({ code: 'backend/out-of-memory' });
    own.device.destroy();
  });

  test('what the device refuses is raised by the next read, with the name of the kernel', async () => {
    const own = await another();
    const compile = own.device.createComputePipeline.bind(own.device);
    own.device.createComputePipeline = (descriptor) =>
      compile({ ...descriptor, compute: { ...descriptor.compute, entryPoint: 'nothing' } });
    const wrapped = createWebGpuBackend(own.device);
    const x = dense(wrapped, 'float32', [1]);
    kernel(wrapped, 'map')(double, planMap([1], [[1], [1]]), x, [x], []);
    await expect(read(wrapped, x)).rejects.toMatchObject({
      code: 'backend/failed',
      detail: { what: expect.stringContaining('map float32=') },
    });
    own.device.destroy();
  });
});
