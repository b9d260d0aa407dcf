import { dtypeInfo, type IndexPlan, type Kernels, type View } from '@taimatsu/core/backend';
import { BAD_INDEX, defineGather } from '../codegen/indexed.ts';
import { describe, OUTER } from '../codegen/nest.ts';
import { type Call, compile, operandOf, type Runtime } from '../runtime.ts';

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
    describe(memory.i32, OUTER, plan.loops, 1, operands);
    return callIndexed(runtime, call, plan, source);
  };
}

/** Calls a kernel that looks at indices of an axis of `addressed`; what it found out of range, if anything. */
export function callIndexed(
  { memory }: Runtime,
  call: Call,
  plan: IndexPlan,
  addressed: View,
): number | undefined {
  const { axisSize, axisStride, wrap } = plan;
  const bad = call(axisSize, axisStride * dtypeInfo[addressed.dtype].itemsize, wrap ? -axisSize : 0);
  if (bad === 0) return undefined;
  const words = memory.i32;
  return words[BAD_INDEX / 4 + 1]! * 2 ** 32 + (words[BAD_INDEX / 4]! >>> 0);
}
