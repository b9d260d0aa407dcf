import type { Backend } from '@taimatsu/core/backend';
import type { BackendName } from '../protocol.ts';

/** How each backend is had. Its package is loaded when it is first asked for; a rejection says why it cannot run here. */
const loaders: Readonly<Record<BackendName, () => Promise<Backend>>> = {
  cpu: async () => (await import('@taimatsu/backend-cpu')).cpu,
  wasm: async () => {
    const { isWasmSupported, wasm } = await import('@taimatsu/backend-wasm');
    if (!isWasmSupported()) throw new Error('this browser has no WebAssembly with SIMD');
    return wasm;
  },
  webgpu: async () => (await import('@taimatsu/backend-webgpu')).webgpu.init(),
  gpu: async () => (await import('@taimatsu/backend-gpu')).createGpuBackend(),
};

const loaded = new Map<BackendName, Promise<Backend>>();

/** A backend by its name, the same one every time. */
export function loadBackend(name: BackendName): Promise<Backend> {
  const backend = loaded.get(name) ?? loaders[name]();
  loaded.set(name, backend);
  return backend;
}
