import type { Op, WorkOf } from './work.ts';

/** A piece of work, ready to be done again and again by one engine. */
export interface Task {
  /** Does it once and keeps the last result. */
  run(): void | Promise<void>;
  /** Waits until everything so far is done: reads one element of the last result, everywhere alike. */
  sync(): void | Promise<void>;
  /** What came out, flat, to be compared with other engines'. Called once, before anything is timed. */
  result(): Float32Array | Promise<Float32Array>;
}

/** Work that an engine does not do, and why. */
export interface Declined {
  readonly declined: string;
}

/** Makes the task of some work: an engine has one, or a reason, for each kind. */
export type Makers = { readonly [O in Op]: Declined | ((work: WorkOf<O>) => Made | Promise<Made>) };

export type Made = Task | Declined;

/** A library that can be timed, in the process or page where it runs. */
export interface Engine {
  /** What it is exactly: version, executor, threads. */
  readonly about: string;
  readonly makers: Makers;
  /** Makes it the one that calls go to, where a library has such a switch. */
  enter?(): void | Promise<void>;
}

/** A clock's milliseconds. */
export type Now = () => number;

/** Microseconds of a run: `times` runs, and the wait for the last. */
export async function timeTask(
  task: Task,
  times: number,
  now: Now = () => performance.now(),
): Promise<number> {
  const start = now();
  for (let i = 0; i < times; i++) {
    const running = task.run();
    if (running !== undefined) await running;
  }
  await task.sync();
  return ((now() - start) / times) * 1e3;
}
