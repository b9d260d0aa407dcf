import type { Loops, View } from '@taimatsu/core/backend';
import { itemsize } from '../codegen/access.ts';
import type { Memory } from '../memory/index.ts';
import type { Call, Runtime } from '../runtime.ts';

/**
 * Visits the outer dimensions of a nest but the last, with the address of each operand. `numbers` says which operands of
 * the nest `views` are; all of them in order unless given.
 */
function eachOuter(
  memory: Memory,
  { shape, strides }: Loops,
  views: readonly View[],
  visit: (pointers: readonly number[]) => void,
  numbers: readonly number[] = views.map((_, i) => i),
): void {
  const at = views.map((view) => memory.pointer(view));
  const sizes = views.map((view) => itemsize(view.dtype));
  const walk = (d: number): void => {
    if (d === shape.length - 1) {
      visit(at);
      return;
    }
    const start = [...at];
    for (let k = 0; k < shape[d]!; k++) {
      walk(d + 1);
      for (let i = 0; i < at.length; i++) at[i]! += strides[numbers[i]!]![d]! * sizes[i]!;
    }
    for (let i = 0; i < at.length; i++) at[i] = start[i]!;
  };
  walk(0);
}

/** How a launch over outer dimensions may be shared. */
export interface Sharing {
  /** Which operands of the nest the views are; all of them in order unless given. */
  readonly numbers?: readonly number[];
  /** Nanoseconds that it takes one thread, about. */
  readonly work: number;
  /** Where the last dimension is cut, its parts are multiples of this. */
  readonly grain?: number;
}

/**
 * Calls code for the outer dimensions of a nest but the last, whose length it is given with the addresses: all of it, or
 * a part where several threads share the launch.
 */
export function runOuter(
  { memory, threads }: Runtime,
  call: Call,
  outer: Loops,
  views: readonly View[],
  args: (pointers: readonly number[], count: number) => readonly (number | bigint)[],
  { numbers, work, grain = 1 }: Sharing,
): void {
  const last = outer.shape.length - 1;
  const length = outer.shape[last]!;
  const crew = threads.countFor(work);
  if (crew === 1) {
    eachOuter(memory, outer, views, (pointers) => call(...args(pointers, length)), numbers);
    return;
  }
  const whole = Math.ceil(outer.size / (4 * crew));
  const part = Math.ceil(whole / grain) * grain;
  const steps = views.map((view, i) => outer.strides[numbers?.[i] ?? i]![last]! * itemsize(view.dtype));
  const job = threads.job();
  const visit = (pointers: readonly number[]): void => {
    for (let start = 0; start < length; start += part) {
      const count = Math.min(part, length - start);
      const at = pointers.map((pointer, i) => pointer + start * steps[i]!);
      job.deal(part, count, call, args(at, count));
    }
  };
  eachOuter(memory, outer, views, visit, numbers);
  job.run();
}
