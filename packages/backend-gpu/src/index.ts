/**
 * Tensors in textures, computed by gpu.js: WebGL 2, WebGL, or what else it can run on.
 * @packageDocumentation
 */
export {
  createGpuBackend,
  createGpuBackend as create,
  type GpuBackend,
  type GpuBackendOptions,
} from './backend.ts';
export type { Executor } from './gpujs.ts';
