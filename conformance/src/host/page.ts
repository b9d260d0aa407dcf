import { setDefaultDevice } from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import type { CorpusFile } from '../corpus/format.ts';
import { type OpReplay, replayFile } from '../corpus/replay.ts';
import { type CheckOptions, type KernelResult, kernelCheck, runKernelCheck } from '../kernels/index.ts';
import { runScenario, type ScenarioResult } from '../run/run-scenario.ts';
import type { Scenario } from '../scenario/schema.ts';

/** What the page offers to the process that opened it. Everything that goes through is plain data. */
export interface PageApi {
  /** Makes a backend by the project's own name for it, and says what runs its kernels. */
  load(name: string): Promise<string>;
  runScenario(scenario: Scenario, backend: string): Promise<ScenarioResult>;
  replayFile(file: CorpusFile, backend: string): Promise<OpReplay>;
  runKernelCheck(id: string, backend: string, options: CheckOptions): Promise<KernelResult>;
}

/** The backends that a page can have. */
const known: Readonly<Record<string, () => Promise<Backend>>> = {
  cpu: async () => (await import('@taimatsu/backend-cpu')).createCpuBackend({ poison: true }),
  wasm: async () => (await import('@taimatsu/backend-wasm')).createWasmBackend({ poison: true }),
  'wasm:single': async () =>
    (await import('@taimatsu/backend-wasm')).createWasmBackend({ poison: true, threads: 1 }),
  gpu: async () => (await import('@taimatsu/backend-gpu')).createGpuBackend(),
  'gpu:webgl2': async () => (await import('@taimatsu/backend-gpu')).createGpuBackend({ mode: 'webgl2' }),
  'gpu:webgl': async () => (await import('@taimatsu/backend-gpu')).createGpuBackend({ mode: 'webgl' }),
  webgpu: async () => await (await import('@taimatsu/backend-webgpu')).init(),
};

const loaded = new Map<string, Backend>();

const api: PageApi = {
  load: async (name) => {
    const make = Object.hasOwn(known, name) ? known[name] : undefined;
    if (make === undefined) {
      throw new Error(`no backend named ${name} in a page; there are ${Object.keys(known).join(', ')}`);
    }
    const backend = await make();
    loaded.set(name, backend);
    return backend.manifest.executor;
  },
  runScenario: (scenario, name) => runScenario(scenario, loaded.get(name)!, name),
  replayFile: (file, name) => {
    setDefaultDevice(loaded.get(name)!);
    return replayFile(file);
  },
  runKernelCheck: (id, name, options) => runKernelCheck(kernelCheck(id), loaded.get(name)!, options),
};

(globalThis as { taimatsu?: PageApi }).taimatsu = api;
