// What pages.test.ts has done in a page: everything that goes through is plain data.
import * as t from '@taimatsu/core';
import { assemble, memoryFor } from '../../src/backend.ts';
import { Pool } from '../../src/threads/index.ts';
import { checksums } from '../launches.ts';
import { type Report, train } from './train.ts';

export interface WasmPage {
  /** Makes a backend for two threads; what it says of itself and of the page it is in. */
  open(budget: number): Promise<{
    readonly executor: string;
    readonly isolated: boolean;
    readonly evaluates: boolean;
  }>;
  /** Gives workers time to come up; how many threads there may be then, and how many share a launch. */
  threads(): Promise<{ readonly allowed: number; readonly up: number }>;
  /** Checksums of all launches' results. */
  checksums(): Promise<Readonly<Record<string, string>>>;
  train(steps: number, tidy: boolean, size?: readonly [batch: number, inputs: number]): Promise<Report>;
}

/** Whether the page may make code from text. */
function evaluates(): boolean {
  try {
    return new Function('return true')() as boolean;
  } catch {
    return false;
  }
}

let pool: Pool | undefined;

const api: WasmPage = {
  open: async (budget) => {
    const memory = memoryFor({ budget }, true);
    pool = new Pool(memory, 2);
    const backend = assemble(memory, pool);
    t.setDefaultDevice(backend);
    return {
      executor: backend.manifest.executor,
      isolated: globalThis.crossOriginIsolated,
      evaluates: evaluates(),
    };
  },
  threads: async () => {
    const x = t.ones([2_000_000]);
    for (let i = 0; i < 40; i++) {
      t.tidy(() => void x.exp());
      await new Promise((done) => setTimeout(done, 5));
    }
    // A pool that other programs slow down rests for some launches: ask until it is over.
    const up = Array.from({ length: 100 }, () => pool?.countFor(1e9) ?? 0);
    return { allowed: t.getNumThreads(), up: Math.max(...up) };
  },
  checksums: async () => checksums(),
  train: async (steps, tidy, size) => train(steps, tidy, size),
};

/** In a task of its own: the page's policy does not bind what a debugger calls. */
function freely<A extends unknown[], R>(run: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    await new Promise((done) => setTimeout(done, 0));
    return run(...args);
  };
}

(globalThis as { taimatsu?: WasmPage }).taimatsu = {
  open: freely(api.open),
  threads: freely(api.threads),
  checksums: freely(api.checksums),
  train: freely(api.train),
};
