import type { IndexPlan, View } from '@taimatsu/core/backend';
import { bufferOf, type Memory } from '../memory.ts';
import { walk } from './walk.ts';

/** The first index out of range, in row-major order of the plan's loops. */
export function firstOutOfRange(memory: Memory, plan: IndexPlan, index: View): number | undefined {
  const values = memory.values(bufferOf(index));
  const { axisSize, wrap } = plan;
  const low = wrap ? -axisSize : 0;
  let bad: number | undefined;
  const at = [index.offset];
  walk({ shape: plan.loops.shape, strides: [plan.loops.strides[1]!] }, at, () => {
    const value = values[at[0]!]!;
    if (bad === undefined && (value < low || value >= axisSize)) bad = value;
  });
  return bad;
}
