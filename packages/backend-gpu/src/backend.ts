import { type Backend, type BackendBuffer, fail, newCounters } from '@taimatsu/core/backend';
import { bestExecutor, createEngine, type Executor } from './gpujs.ts';
import { makeKernels } from './kernels/index.ts';
import { dtypes, manifestOf } from './manifest.ts';
import { type GpuBuffer, Memory } from './memory.ts';
import { Launcher } from './program/launcher.ts';

/** How a backend on gpu.js is set up. */
export interface GpuBackendOptions {
  /**
   * What runs the kernels. `auto` takes WebGL 2, WebGL, headless GL or the CPU, the first that is there; the manifest's
   * `executor` says which. Anything else is that or an error, never something slower in its place; `webasm` always is an
   * error, because gpu.js takes no native functions there.
   */
  readonly mode?: 'auto' | 'webasm' | Executor;
  /**
   * Bytes of textures to keep, 2^30 if not given. Beyond, those that were not used for longest go to ordinary arrays until
   * they are used again: that takes time, but no program runs out of textures that it has lost sight of.
   */
  readonly budget?: number;
}

/** Tensors through gpu.js. */
export interface GpuBackend extends Backend {
  /** Runs the elementwise operations that wait to be asked for; reading does by itself. */
  flush(): void;
}

/** A backend with a context of its own. @throws `backend/unsupported` where the mode cannot run */
export function createGpuBackend({ mode = 'auto', budget }: GpuBackendOptions = {}): GpuBackend {
  if (mode === 'webasm') {
    fail('backend/unsupported', {
      backend: 'gpu',
      what: "gpu.js's webasm mode",
      reason: 'that mode takes no native functions, which all kernels here are made of',
    });
  }
  const engine = createEngine(mode === 'auto' ? bestExecutor() : mode);
  const memory = new Memory(engine, dtypes, budget);
  const counters = newCounters();
  const kernels = makeKernels(new Launcher(memory), () => {
    counters.fallbacks++;
  });
  const read = (buffer: BackendBuffer, start: number, length: number) => {
    counters.read += length;
    return memory.read(buffer as GpuBuffer, start, length);
  };
  return {
    name: 'gpu',
    manifest: manifestOf(engine),
    kernels,
    counters,
    alloc: (dtype, length, owner) => memory.alloc(dtype, length, owner),
    free: (buffer) => memory.free(buffer as GpuBuffer),
    write: (buffer, start, data) => memory.write(buffer as GpuBuffer, start, data),
    read,
    readAsync: async (buffer, start, length) => read(buffer, start, length),
    flush: () => memory.waiting?.flush(),
  };
}
