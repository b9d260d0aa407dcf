import type { Work } from './work.ts';

/** What one run asked of a graphics device, as the browser's own interfaces saw it. */
export interface DeviceCalls {
  /** Compute dispatches, or draws. */
  readonly launches: number;
  /** Command buffers given to the queue. */
  readonly submits: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** The result of the work, or why there is none. */
export type Prepared = { readonly result: Float32Array } | { readonly declined: string };

/** Someone who takes part, wherever it runs. */
export interface Contestant {
  readonly id: string;
  readonly name: string;
  /** What it is exactly: version, executor, threads. */
  readonly about: string;
  /** Makes a case ready and does it once. */
  prepare(work: Work): Promise<Prepared>;
  /** Does a case that is ready `times` times; microseconds of one. */
  time(work: Work, times: number): Promise<number>;
  /** What one run asks of the graphics device, where there is one and it can be seen. */
  calls?(work: Work): Promise<DeviceCalls>;
  close(): Promise<void>;
}
