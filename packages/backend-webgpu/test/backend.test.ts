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
    await expect(pending).rejects.toThrow();
    await own.device.lost;
    await Promise.resolve();
    expect(() => own.alloc('float32', 1, {})).toThrow(/lost its device/);
    await expect(own.readAsync(x.storage.buffer, 0, 2)).rejects.toMatchObject({ code: 'backend/lost' });
    const next = await another();
    expect(await read(next, dense(next, 'float32', [3]))).toEqual([3]);
    next.device.destroy();
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
