import { createGpuBackend, type Executor } from '../src/index.ts';
import { measure, type Row } from './measure.ts';

/** What the bench calls in the page. */
export type BenchPage = {
  measure(mode: Executor): Promise<readonly Row[]>;
};

const api: BenchPage = { measure: async (mode) => measure(createGpuBackend({ mode }), mode) };

(globalThis as { taimatsu?: BenchPage }).taimatsu = api;
