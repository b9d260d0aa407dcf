import { dtypeInfo, type IndexPlan, type Kernels, type View } from '@taimatsu/core/backend';
import { BAD_INDEX, defineGather } from '../codegen/indexed.ts';
import { type Call, compile, operandOf, type Runtime } from '../runtime.ts';
import { runNested, type Walk } from './nested.ts';

/** Gathers elements as they are stored: one kernel for each size of element. */
export function makeGather(runtime: Runtime): Kernels['gather'] {
  const { memory } = runtime;
  const calls: { [bytes: number]: Call } = {};
  return (plan, out, index, source) => {
    const bytes = dtypeInfo[source.dtype].itemsize;
    calls[bytes] ??= compile(runtime, (module) => defineGather(module, bytes));
    const call = calls[bytes];
    memory.clock++;
    const operands = [out, index, source].map((view, i) => operandOf(memory, i, view));
    return runIndexed(runtime, call, { loops: plan.loops, walked: 1, operands }, plan, source);
  };
}

/** Nanoseconds an element, about. */
const COST = 0.8;

/**
 * Runs code that looks at indices of an axis of `addressed`; what it found out of range first, if anything. `separate`
 * says which dimensions can be cut.
 */
export function runIndexed(
  runtime: Runtime,
  call: Call,
  walk: Walk,
  plan: IndexPlan,
  addressed: View,
  separate?: (dim: number) => boolean,
): number | undefined {
  const { axisSize, axisStride, wrap } = plan;
  const args = [axisSize, axisStride * dtypeInfo[addressed.dtype].itemsize, wrap ? -axisSize : 0];
  const launch = { args: () => args, work: plan.loops.size * COST, ...(separate && { separate }) };
  if (runNested(runtime, call, walk, launch) === 0) return undefined;
  // Which thread found one first is left to chance.
  if (runNested(runtime, call, walk, { ...launch, work: 0 }) === 0) return undefined;
  const words = runtime.memory.i32;
  return words[BAD_INDEX / 4 + 1]! * 2 ** 32 + (words[BAD_INDEX / 4]! >>> 0);
}
