/**
 * Tensors on plain JavaScript typed arrays.
 * @packageDocumentation
 */
export { type CpuBackendOptions, cpu, createCpuBackend } from './backend.ts';
