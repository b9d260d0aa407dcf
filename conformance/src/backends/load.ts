import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Executor } from '@taimatsu/backend-gpu';
import type { Backend } from '@taimatsu/core/backend';
import { UsageError } from '../corpus/read.ts';

/** A backend under test, and the name it was asked for by. */
export interface LoadedBackend {
  readonly name: string;
  readonly backend: Backend;
}

type Module = Readonly<Record<string, unknown>>;

/**
 * The project's own backends, loaded when asked for, so that one that cannot load here hinders no other. The CPU's fills
 * memory that nobody has written with NaN.
 */
const known: Readonly<Record<string, () => Promise<Module>>> = {
  cpu: async () => {
    const { createCpuBackend } = await import('@taimatsu/backend-cpu');
    return { backend: createCpuBackend({ poison: true }) };
  },
  wasm: () => import('@taimatsu/backend-wasm'),
  'wasm:single': async () => {
    const { createWasmBackend } = await import('@taimatsu/backend-wasm');
    return { backend: createWasmBackend({ poison: true, threads: 1 }) };
  },
  gpu: () => import('@taimatsu/backend-gpu'),
  ...executors(['webgl2', 'webgl', 'headlessgl', 'cpu']),
  webgpu: async () => {
    softwareVulkan();
    const { webgpu } = await import('@taimatsu/backend-webgpu');
    return { backend: await webgpu.init() };
  },
};

/** The GPU backend on one executor, such as `gpu:headlessgl`: that or an error. */
function executors(modes: readonly Executor[]): Readonly<Record<string, () => Promise<Module>>> {
  const make = (mode: Executor) => async () => {
    const { createGpuBackend } = await import('@taimatsu/backend-gpu');
    return { backend: createGpuBackend({ mode }) };
  };
  return Object.fromEntries(modes.map((mode) => [`gpu:${mode}`, make(mode)]));
}

/** Where no Vulkan driver is chosen, Node's WebGPU takes the one in software that Debian's Chromium brings, if it is there. */
function softwareVulkan(): void {
  const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
  if (process.env.VK_ICD_FILENAMES === undefined && existsSync(driver)) process.env.VK_ICD_FILENAMES = driver;
}

/** The names that {@link loadBackend} knows. */
export const backendNames: readonly string[] = Object.keys(known);

/**
 * A backend by its name, or by a path to a module that exports it: as `backend`, as its default, or through an
 * asynchronous `create()`.
 * @throws {@link UsageError}
 */
export async function loadBackend(name: string): Promise<LoadedBackend> {
  const backend = await backendIn(await moduleFor(name), name);
  if (backend === undefined) {
    throw new UsageError(
      `${name} exports no backend: it needs a \`backend\`, a default export, or \`create()\``,
    );
  }
  return { name: Object.hasOwn(known, name) ? name : backend.name, backend };
}

/** Several at once, from a list such as `cpu,./my-backend.js`. @throws {@link UsageError} */
export async function loadBackends(list: string): Promise<readonly LoadedBackend[]> {
  const names = list.split(',').filter((name) => name !== '');
  if (names.length === 0) throw new UsageError('no backend named');
  const loaded: LoadedBackend[] = [];
  for (const name of names) loaded.push(await loadBackend(name));
  return loaded;
}

async function moduleFor(name: string): Promise<Module> {
  const own = Object.hasOwn(known, name) ? known[name] : undefined;
  const isPath = /[./\\]/.test(name);
  if (own === undefined && !isPath) {
    throw new UsageError(
      `no backend named ${name}; there are ${backendNames.join(', ')}, or give a path to a module`,
    );
  }
  try {
    return own === undefined ? ((await import(pathToFileURL(resolve(name)).href)) as Module) : await own();
  } catch (error) {
    throw new UsageError(`backend ${name} cannot be loaded: ${(error as Error).message}`);
  }
}

async function backendIn(module: Module, name: string): Promise<Backend | undefined> {
  for (const candidate of [name, 'backend', 'default'].map((key) => module[key])) {
    if (isBackend(candidate)) return candidate;
  }
  for (const create of ['create', 'init']) {
    const make = module[create];
    if (typeof make !== 'function') continue;
    const made: unknown = await make();
    if (isBackend(made)) return made;
  }
  return undefined;
}

function isBackend(value: unknown): value is Backend {
  return (
    typeof value === 'object' &&
    value !== null &&
    'manifest' in value &&
    'kernels' in value &&
    'alloc' in value
  );
}
