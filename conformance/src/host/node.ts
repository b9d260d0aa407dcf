import { setDefaultDevice } from '@taimatsu/core';
import { loadBackends } from '../backends/load.ts';
import { replayFile } from '../corpus/replay.ts';
import { kernelCheck, runKernelCheck } from '../kernels/index.ts';
import { runScenario } from '../run/run-scenario.ts';
import type { Host } from './host.ts';

/** Backends in this process. */
export async function openNode(list: string): Promise<Host> {
  const loaded = await loadBackends(list);
  const find = (name: string) => loaded.find((own) => own.name === name)!.backend;
  return {
    backends: loaded.map(({ name, backend }) => ({ name, executor: backend.manifest.executor })),
    runScenario: (scenario, name) => runScenario(scenario, find(name), name),
    replayFile: (file, name) => {
      setDefaultDevice(find(name));
      return replayFile(file);
    },
    runKernelCheck: (id, name, options) => runKernelCheck(kernelCheck(id), find(name), options),
    close: async () => {},
  };
}
