import { type Backend, type DType, fail, newCounters } from '@taimatsu/core/backend';
import type { KernelText } from './codegen/module.ts';
import type { Block, GpuBuffer } from './device/buffers.ts';
import { type DeviceStats, Queue } from './device/queue.ts';
import { fromWords, toWords } from './elements.ts';
import { makeKernels } from './kernels/index.ts';
import { manifestOf } from './manifest.ts';

/** Tensors on a WebGPU device. */
export interface WebGpuBackend extends Backend {
  readonly device: GPUDevice;
  /** What the device did so far. */
  stats(): DeviceStats;
  /** Submits what is queued, which reading does by itself. */
  flush(): void;
  /**
   * The kernels compiled so far, as plain data that JSON can hold: they have no shapes and no numbers of the tensors in them, so they
   * are the same the next time, and on other devices of the same kind.
   */
  programs(): readonly KernelText[];
  /**
   * Compiles kernels that {@link programs} gave before, all at once and beside whatever else goes on, so that nothing waits for them
   * later. What the device refuses is left out.
   * @throws `backend/lost`
   */
  compileAhead(programs: readonly KernelText[]): Promise<void>;
}

/** What a backend can be told. */
export interface BackendOptions {
  /** The device's name, and the tensors'. `webgpu` when not given. */
  readonly name?: string | undefined;
  /** Bytes of device memory that it may take, 4 GiB when not given; see `backend/out-of-memory`. */
  readonly budget?: number | undefined;
}

/**
 * A backend on a device that is there already; it takes all limits as the device has them. Several backends may share a
 * device, but not buffers.
 */
export function createWebGpuBackend(
  device: GPUDevice,
  { name = 'webgpu', budget }: BackendOptions = {},
): WebGpuBackend {
  const queue = new Queue(name, device, budget);
  const manifest = manifestOf(Math.floor(queue.maxBytes / 4), executorOf(device));
  const collected = new FinalizationRegistry<Block>((block) => queue.buffers.take(block));

  const alloc = (dtype: DType, length: number, owner: object): GpuBuffer => {
    const support = manifest.dtypes[dtype];
    if (support.kind === 'declined') fail('backend/dtype', { backend: name, dtype, reason: support.reason });
    queue.check();
    const buffer = queue.buffers.alloc(dtype, length);
    collected.register(owner, buffer.block, buffer);
    return buffer;
  };

  return {
    name,
    manifest,
    device,
    kernels: makeKernels(queue),
    counters: newCounters(),
    alloc,
    free: (buffer) => {
      collected.unregister(buffer);
      queue.buffers.free(buffer as GpuBuffer);
    },
    write: (buffer, start, data) => {
      const own = buffer as GpuBuffer;
      queue.write(own, start, toWords(data, own.dtype, name));
    },
    read: () => fail('backend/sync-read', { backend: name, call: 'read()', instead: 'readAsync()' }),
    readAsync: async (buffer, start, length) => {
      const own = buffer as GpuBuffer;
      const { dtype } = own;
      return fromWords(await queue.read(own, start, length), dtype);
    },
    stats: () => queue.stats,
    flush: () => queue.flush(),
    programs: () => queue.texts,
    compileAhead: (programs) => queue.compileAhead(programs),
  };
}

function executorOf(device: GPUDevice): string {
  const { vendor, architecture, device: model, description } = device.adapterInfo;
  const named = description === '' ? [vendor, architecture, model].filter(Boolean).join(' ') : description;
  return `webgpu, ${named === '' ? 'unnamed adapter' : named}`;
}
