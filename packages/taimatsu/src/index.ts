/**
 * PyTorch's tensors and autograd, ready to use: importing this package puts new tensors on its default device, which is
 * WebAssembly where the engine has its vector instructions and plain JavaScript elsewhere.
 * @packageDocumentation
 */
import { cpu } from '@taimatsu/backend-cpu';
import { isWasmSupported, wasm } from '@taimatsu/backend-wasm';
import { registerBackend, setDefaultDevice } from '@taimatsu/core';

export { cpu } from '@taimatsu/backend-cpu';
export { wasm } from '@taimatsu/backend-wasm';
export * from '@taimatsu/core';

registerBackend(cpu);
setDefaultDevice(isWasmSupported() ? wasm : cpu);
