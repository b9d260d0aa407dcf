/**
 * Tensors on WebAssembly that is assembled at run time.
 * @packageDocumentation
 */
export { createWasmBackend, isWasmSupported, type WasmBackendOptions, wasm } from './backend.ts';
