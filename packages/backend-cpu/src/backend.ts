import {
  allNative,
  type Backend,
  type BackendBuffer,
  dtypeInfo,
  type ElementArray,
  elementArrayOver,
  type Manifest,
  newCounters,
} from '@taimatsu/core/backend';
import { compilerIfAllowed } from './codegen/code.ts';
import { makeKernels } from './kernels/index.ts';
import { CpuBuffer, MAX_ELEMENTS, Memory } from './memory.ts';

/** How a CPU backend is set up. */
export interface CpuBackendOptions {
  /**
   * `auto` compiles kernels to JavaScript where the content security policy allows it and evaluates them through
   * closures where it does not; `never` always uses closures. Results are the same to the last bit.
   */
  readonly codegen?: 'auto' | 'never';
  /** Fills memory with NaN when it is handed out and when it is given back, to show reads of what nobody wrote. */
  readonly poison?: boolean;
}

const manifest: Manifest = Object.freeze({
  dtypes: allNative,
  syncRead: true,
  maxElements: MAX_ELEMENTS,
  deterministic: true,
  denormals: true,
  executor: 'javascript',
});

/** A backend of its own: buffers of one are as good as another's, since both are JavaScript memory. */
export function createCpuBackend(options: CpuBackendOptions = {}): Backend {
  const memory = new Memory(options.poison === true);
  const counters = newCounters();
  const read = (buffer: BackendBuffer, start: number, length: number): ElementArray => {
    const own = buffer as CpuBuffer;
    counters.read += length;
    return own.data.slice(own.start + start, own.start + start + length);
  };
  return {
    name: 'cpu',
    manifest,
    kernels: makeKernels(options.codegen === 'never' ? undefined : compilerIfAllowed()),
    counters,
    alloc: (dtype, length) => memory.alloc(dtype, length),
    free: (buffer) => memory.free(buffer as CpuBuffer),
    write: (buffer, start, data) => {
      const own = buffer as CpuBuffer;
      own.data.set(data as never, own.start + start);
    },
    read,
    readAsync: async (buffer, start, length) => read(buffer, start, length),
    reinterpret: (buffer, dtype) => {
      const own = buffer as CpuBuffer;
      const { data } = own;
      own.shared = true;
      const same = elementArrayOver(
        dtype,
        data.buffer,
        data.byteOffset,
        data.byteLength / dtypeInfo[dtype].itemsize,
      );
      const seen = new CpuBuffer(dtype, same, own.start, own.length);
      seen.shared = true;
      return seen;
    },
  };
}

/** Tensors in JavaScript memory, computed by JavaScript: the device that works everywhere. */
export const cpu: Backend = createCpuBackend();
