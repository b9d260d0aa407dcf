/**
 * Tensors on WebGPU: `await webgpu.init()` gives the backend.
 * @packageDocumentation
 */
import { init } from './init.ts';

export { type BackendOptions, createWebGpuBackend, type WebGpuBackend } from './backend.ts';
export type { Binding, KernelText } from './codegen/module.ts';
export type { DeviceStats } from './device/queue.ts';
export { init, type WebGpuOptions } from './init.ts';

/** The WebGPU device, which has to be asked for before its first use. */
export const webgpu: { readonly init: typeof init } = { init };
