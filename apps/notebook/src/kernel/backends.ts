import type { Backend } from '@taimatsu/core/backend';
import type { BackendName } from './protocol.ts';

/** Each backend is loaded when it is first asked for, and says by itself why it cannot run here. */
const loaders: Readonly<Record<BackendName, () => Promise<Backend>>> = {
  cpu: async () => (await import('@taimatsu/backend-cpu')).cpu,
  wasm: async () => exported(await import('@taimatsu/backend-wasm'), 'wasm'),
  webgpu: async () => made(await import('@taimatsu/backend-webgpu'), 'init'),
  gpu: async () => made(await import('@taimatsu/backend-gpu'), 'createGpuBackend'),
};

const loaded = new Map<BackendName, Promise<Backend>>();

export function loadBackend(name: BackendName): Promise<Backend> {
  const found = loaded.get(name) ?? loaders[name]();
  loaded.set(name, found);
  return found;
}

type Module = Readonly<Record<string, unknown>>;

function exported(module: Module, name: string): Backend {
  if (module[name] === undefined) throw new Error('not part of this build');
  return module[name] as Backend;
}

function made(module: Module, name: string): Promise<Backend> | Backend {
  if (module[name] === undefined) throw new Error('not part of this build');
  return (module[name] as () => Promise<Backend> | Backend)();
}
