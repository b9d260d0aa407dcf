import { awaitReads, isTensorError } from '@taimatsu/core';
import { isKnownOp } from '../torch-call/call.ts';

/** A piece of a program that may have to wait: it yields what it waits for, and is given what came of it. */
export type Task<R = unknown> = Generator<unknown, R, unknown>;

/** Something that can be had at once where the device can be read, and later everywhere. */
export class Reading {
  readonly now: () => unknown;
  readonly later: () => Promise<unknown>;

  constructor(now: () => unknown, later: () => Promise<unknown>) {
    this.now = now;
    this.later = later;
  }
}

/** A call by its name: what reads in the middle is run again by {@link awaitReads}, where it changes nothing and the device makes it wait. */
export function* withReads(name: string, call: () => unknown): Task {
  try {
    return yield call();
  } catch (error) {
    if (!isTensorError(error, 'backend/sync-read') || !isKnownOp(name) || name.endsWith('_')) throw error;
    return yield new Reading(call, () => awaitReads(call));
  }
}

/** Runs a task, waiting for everything that it yields. */
export async function waiting<R>(task: Task<R>): Promise<R> {
  let step = task.next();
  while (step.done !== true) {
    const wanted = step.value;
    try {
      const value = await (wanted instanceof Reading ? wanted.later() : wanted);
      step = task.next(value);
    } catch (error) {
      step = task.throw(error);
    }
  }
  return step.value;
}

/**
 * Runs a task that the library calls, such as a hook: it cannot wait. What a device cannot give at once stays a promise,
 * which may be stored and printed.
 */
export function atOnce<R>(task: Task<R>): R {
  let step = task.next();
  while (step.done !== true) {
    const wanted = step.value;
    try {
      step = task.next(wanted instanceof Reading ? nowOrPromised(wanted) : wanted);
    } catch (error) {
      step = task.throw(error);
    }
  }
  return step.value;
}

function nowOrPromised(reading: Reading): unknown {
  try {
    return reading.now();
  } catch (error) {
    if (!isTensorError(error, 'backend/sync-read')) throw error;
    return reading.later();
  }
}
