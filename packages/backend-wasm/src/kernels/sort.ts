import type { Kernels } from '@taimatsu/core/backend';
import { describe, OUTER } from '../codegen/nest.ts';
import { defineSort, sortBytes, sortCounters } from '../codegen/sort.ts';
import { type Call, compile, operandOf, type Runtime } from '../runtime.ts';
import { runnersBy } from './runners.ts';
import { alongAxis } from './scan.ts';

export function makeSort(runtime: Runtime): Kernels['sort'] {
  const { memory } = runtime;
  const calls = runnersBy<Call>((dtype) => compile(runtime, (module) => defineSort(module, dtype)));
  return (plan, descending, values, indices, source) => {
    const call = calls(source.dtype, source.dtype);
    memory.clock++;
    const operands = [values, indices, source].map((view, i) => operandOf(memory, i, view));
    memory.scratch(sortCounters + sortBytes(source.dtype) * plan.length, (scratch) => {
      describe(memory.i32, OUTER, alongAxis(plan), 1, operands);
      call(scratch, descending ? 1 : 0);
    });
  };
}
