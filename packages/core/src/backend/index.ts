/**
 * What backend authors need: the contract, the plans, the scalar language, dtypes and errors.
 * @packageDocumentation
 */
export * from '../dtype/index.ts';
export * from '../errors/index.ts';
export * from '../kernel/index.ts';
export * from '../scalar/index.ts';
export type { Shape, Strides } from '../shape/index.ts';
export { type Backend, type Counters, newCounters } from './backend.ts';
export { type ElementArray, elementArray, elementArrayOver } from './elements.ts';
export { allNative, type DTypeSupport, type Manifest } from './manifest.ts';
export {
  backendOf,
  type Device,
  getDefaultDevice,
  getNumThreads,
  registerBackend,
  registeredBackends,
  setDefaultDevice,
  setNumThreads,
} from './registry.ts';
