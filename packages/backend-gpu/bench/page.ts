import { createGpuBackend, type Executor } from '../src/index.ts';
import { measure, type Row } from './measure.ts';
import { tensorFlow } from './peer.ts';
import { plainGpuJs } from './plain.ts';

/** What the bench calls in the page. */
export type BenchPage = {
  /** `peer` holds the text of TensorFlow.js's bundles, or nothing: plain gpu.js then takes part instead. */
  measure(mode: Executor, peer: readonly string[]): Promise<readonly Row[]>;
};

const api: BenchPage = {
  measure: async (mode, peer) => {
    const other = peer.length === 0 ? plainGpuJs(mode) : await tensorFlow(peer);
    return measure(createGpuBackend({ mode }), other);
  },
};

(globalThis as { taimatsu?: BenchPage }).taimatsu = api;
