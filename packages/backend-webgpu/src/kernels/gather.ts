import type { IndexPlan, Kernels, View } from '@taimatsu/core/backend';
import { gatherText } from '../codegen/indexed.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';
import { programsBy } from './programs.ts';

/** The launch data that gather and scatter have in common. */
export function pushIndexed(
  queue: Queue,
  plan: IndexPlan,
  ticket: number,
  views: readonly [View, View, View],
): void {
  const { loops, axisSize, axisStride, wrap } = plan;
  const words = queue
    .begin()
    .int(loops.size)
    .int(axisSize)
    .int(axisStride)
    .int(wrap ? 1 : 0)
    .int(ticket);
  for (const { offset } of views) words.int(offset);
  words.nest(loops, [0, 1, 2]);
}

export function makeGather(queue: Queue): Kernels['gather'] {
  const programOf = programsBy(queue, gatherText);
  return (plan, out, index, source) => {
    const { loops } = plan;
    if (loops.size === 0) return undefined;
    checkRank(queue, loops.shape.length);
    const [indices, from] = apart(queue, [out], [index, source]);
    const program = programOf(loops.shape.length);
    pushIndexed(queue, plan, queue.ticketFor(plan), [out, index, source]);
    queue.runEach(program, [bufferOf(out), indices!, from!, queue.faults], loops.size);
    return undefined;
  };
}
