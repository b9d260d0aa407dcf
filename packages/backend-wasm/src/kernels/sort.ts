import type { Kernels } from '@taimatsu/core/backend';
import { defineSort, sortBytes, sortCounters } from '../codegen/sort.ts';
import { type Call, compile, operandOf, type Runtime } from '../runtime.ts';
import { runNested } from './nested.ts';
import { runnersBy } from './runners.ts';
import { alongAxis } from './scan.ts';

/** Nanoseconds an element, about. */
const COST = 20;

export function makeSort(runtime: Runtime): Kernels['sort'] {
  const { memory } = runtime;
  const calls = runnersBy<Call>((dtype) => compile(runtime, (module) => defineSort(module, dtype)));
  return (plan, descending, values, indices, source) => {
    const call = calls(source.dtype, source.dtype);
    memory.clock++;
    const operands = [values, indices, source].map((view, i) => operandOf(memory, i, view));
    const { length } = plan;
    runNested(
      runtime,
      call,
      { loops: alongAxis(plan), walked: 1, operands },
      {
        args: (scratch) => [scratch, descending ? 1 : 0],
        scratch: sortCounters + sortBytes(source.dtype) * length,
        work: plan.outer.size * length * COST,
        // The last dimension is the axis.
        separate: (dim) => dim < plan.outer.shape.length,
      },
    );
  };
}
