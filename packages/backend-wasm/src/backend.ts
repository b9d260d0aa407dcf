import {
  allNative,
  type Backend,
  type BackendBuffer,
  type ElementArray,
  type Manifest,
  newCounters,
} from '@taimatsu/core/backend';
import { detectFeatures } from './features.ts';
import { makeKernels } from './kernels/index.ts';
import { Memory, type WasmBuffer } from './memory/index.ts';
import { defaultThreads, Pool, spawner } from './threads/index.ts';

/** How a WebAssembly backend is set up. */
export interface WasmBackendOptions {
  /**
   * Bytes of linear memory to stay within, 1 GiB unless given. Beyond it, what was not used for long moves to ordinary
   * JavaScript memory, where the collector finds it if it is garbage, and comes back when it is used.
   */
  readonly budget?: number;
  /**
   * How many threads may compute; as many as the machine has cores unless given, at most eight. More than one takes
   * shared memory: Node has it, and pages that are cross-origin isolated. `setNumThreads` changes it later, except from
   * a backend that was made for one thread.
   */
  readonly threads?: number;
  /** Fills memory with NaN when it is handed out and when it is given back, to show reads of what nobody wrote. */
  readonly poison?: boolean;
}

const DEFAULT_BUDGET = 2 ** 30;

const manifestOf = (shared: boolean): Manifest =>
  Object.freeze({
    dtypes: allNative,
    syncRead: true,
    maxElements: 2 ** 32 - 1,
    deterministic: true,
    denormals: true,
    executor: shared ? 'webassembly with threads' : 'webassembly',
  });

/** True where the engine has what this backend is made of. */
export function isWasmSupported(): boolean {
  return typeof WebAssembly === 'object' && detectFeatures().simd;
}

/** A backend of its own, with its own memory: tensors of one cannot be mixed with another's. */
export function createWasmBackend(options: WasmBackendOptions = {}): Backend {
  const { threads = defaultThreads() } = options;
  const memory = memoryFor(options, threads > 1);
  return assemble(memory, new Pool(memory, threads));
}

/** A backend of these parts. */
export function assemble(memory: Memory, pool: Pool): Backend {
  const { shared } = memory;
  const { relaxed } = detectFeatures();
  const counters = newCounters();
  const read = (buffer: BackendBuffer, start: number, length: number): ElementArray => {
    counters.read += length;
    return memory.copy(buffer as WasmBuffer, start, length);
  };
  return {
    name: 'wasm',
    manifest: manifestOf(shared),
    kernels: makeKernels({ memory, threads: pool, target: { shared, relaxed } }),
    counters,
    get threads() {
      return pool.count;
    },
    set threads(count) {
      pool.count = count;
    },
    alloc: (dtype, length) => memory.alloc(dtype, length),
    free: (buffer) => memory.free(buffer as WasmBuffer),
    write: (buffer, start, data) => {
      memory.elements(buffer as WasmBuffer, start, data.length).set(data as never);
    },
    read,
    readAsync: async (buffer, start, length) => read(buffer, start, length),
    reinterpret: (buffer, dtype) => memory.reinterpret(buffer as WasmBuffer, dtype),
  };
}

/** Shared memory where it is of use and can be had. */
export function memoryFor(
  { budget = DEFAULT_BUDGET, poison = false }: WasmBackendOptions,
  threads: boolean,
): Memory {
  if (threads && detectFeatures().threads && spawner() !== undefined) {
    try {
      return new Memory({ budget, poison, shared: true });
    } catch {
      // Some engines refuse so large a shared memory.
    }
  }
  return new Memory({ budget, poison, shared: false });
}

let made: Backend | undefined;
function own(): Backend {
  made ??= createWasmBackend();
  return made;
}

/** Tensors in WebAssembly's memory, computed by code assembled at run time. Set up when it is first used. */
export const wasm: Backend = {
  name: 'wasm',
  get manifest() {
    return own().manifest;
  },
  get threads() {
    return own().threads ?? 1;
  },
  set threads(count) {
    own().threads = count;
  },
  get kernels() {
    return own().kernels;
  },
  get counters() {
    return own().counters;
  },
  alloc: (dtype, length, owner) => own().alloc(dtype, length, owner),
  free: (buffer) => own().free(buffer),
  write: (buffer, start, data) => own().write(buffer, start, data),
  read: (buffer, start, length) => own().read(buffer, start, length),
  readAsync: (buffer, start, length) => own().readAsync(buffer, start, length),
  reinterpret: (buffer, dtype) => own().reinterpret!(buffer, dtype),
};
