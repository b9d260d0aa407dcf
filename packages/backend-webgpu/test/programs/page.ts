import { awaitReads, linalg, setDefaultDevice, type Tensor, tensor } from '@taimatsu/core';
import { type WebGpuBackend, webgpu } from '../../src/index.ts';

/** What the page offers: functions of plain data. */
export interface WebGpuPage {
  /** A new device; what runs its kernels. */
  open(): Promise<string>;
  /** The inverse of a matrix, which reads in the middle. */
  inverse(rows: number[][]): Promise<unknown>;
  /** Destroys the device while reads are pending; the codes that they and what comes after end with. */
  lose(): Promise<string[]>;
  /** A kernel that the device refuses: the code of the next read, and what it names. */
  refuse(): Promise<{ readonly code: string; readonly what: string }>;
}

let backend: WebGpuBackend | undefined;

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'none';
  } catch (error) {
    return String((error as { code?: string }).code);
  }
}

const api: WebGpuPage = {
  open: async () => {
    backend = await webgpu.init();
    setDefaultDevice(backend);
    return backend.manifest.executor;
  },
  inverse: (rows) => awaitReads(() => linalg.inv(tensor(rows))).then((x) => x.tolistAsync()),
  lose: async () => {
    const x = tensor([1, 2, 3]);
    const reads = [1, 2, 3].map((k) => codeOf(() => x.mul(k).tolistAsync()));
    backend!.device.destroy();
    return [
      ...(await Promise.all(reads)),
      await codeOf(async () => x.add(1)),
      await codeOf(() => x.tolistAsync()),
    ];
  },
  refuse: async () => {
    const { device } = backend!;
    const compile = device.createComputePipeline.bind(device);
    device.createComputePipeline = (given) =>
      compile({ ...given, compute: { ...given.compute, entryPoint: 'nothing' } });
    const out: Tensor = tensor([1, 2]).atan2(tensor([3, 4]));
    backend!.flush();
    device.createComputePipeline = compile;
    try {
      await out.tolistAsync();
    } catch (error) {
      const { code, detail } = error as { code: string; detail: { what: string } };
      return { code, what: detail.what };
    }
    return { code: 'none', what: '' };
  },
};

(globalThis as { taimatsu?: WebGpuPage }).taimatsu = api;
