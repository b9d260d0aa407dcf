import type { Assignment } from './worker.ts';
import { work } from './worker.ts';

/** A thread that was started. */
export interface Spawned {
  /** Stops it, whatever it does. */
  stop(): void;
}

/** Starts a worker; `ended` is called when it has stopped, for whatever reason. */
export type Spawn = (assignment: Assignment, ended: () => void) => Spawned;

// Some compilers wrap functions to keep their names.
const text = `const __name = (f) => f; const work = ${work};`;

interface NodeWorker {
  on(event: string, listener: () => void): void;
  unref(): void;
  terminate(): Promise<number>;
}

interface NodeModules {
  'node:worker_threads': { readonly Worker: new (code: string, options: object) => NodeWorker };
  'node:os': { availableParallelism(): number };
}

/** A module of Node's own. Not imported, so that bundlers leave it alone and pages do without. */
function builtin<K extends keyof NodeModules>(name: K): NodeModules[K] | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?<N extends K>(name: N): NodeModules[N] | undefined };
  };
  return process?.getBuiltinModule?.(name);
}

/** One for each core, at most eight: what most kernels do well with. */
export function defaultThreads(): number {
  const cores = builtin('node:os')?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
  return Math.max(1, Math.min(8, cores));
}

/** How workers are started here; undefined where there are none, or none that memory could be shared with. */
export function spawner(): Spawn | undefined {
  if (typeof SharedArrayBuffer !== 'function' || typeof Atomics !== 'object') return undefined;
  const node = builtin('node:worker_threads');
  if (node !== undefined) return inNode(node);
  return globalThis.crossOriginIsolated === true && typeof Worker === 'function' ? inPage : undefined;
}

function inNode({ Worker }: NodeModules['node:worker_threads']): Spawn {
  const code = `${text} work(process.getBuiltinModule('node:worker_threads').workerData);`;
  return (workerData, ended) => {
    // Nothing of this process's set-up: no loaders, no options.
    const worker = new Worker(code, { eval: true, workerData, execArgv: [], env: {} });
    worker.on('error', ended);
    worker.on('exit', ended);
    worker.unref();
    return { stop: () => void worker.terminate() };
  };
}

let url: string | undefined;

const inPage: Spawn = (assignment, ended) => {
  url ??= URL.createObjectURL(
    new Blob([`${text} onmessage = (e) => work(e.data);`], { type: 'text/javascript' }),
  );
  const worker = new Worker(url);
  worker.onerror = (event) => {
    event.preventDefault();
    ended();
  };
  worker.postMessage(assignment);
  return { stop: () => worker.terminate() };
};
