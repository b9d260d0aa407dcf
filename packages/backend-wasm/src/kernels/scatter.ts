import type { Kernels, ScatterMode } from '@taimatsu/core/backend';
import { defineCheck, defineScatter } from '../codegen/indexed.ts';
import { describe, INNER, OUTER } from '../codegen/nest.ts';
import { type Call, compile, operandOf, type Runtime } from '../runtime.ts';
import { callIndexed } from './gather.ts';
import { runnersBy } from './runners.ts';

/** Scatters after all indices were checked, so that a bad one leaves the output as it was. */
export function makeScatter(runtime: Runtime): Kernels['scatter'] {
  const { memory } = runtime;
  let check: Call | undefined;
  const of = (mode: ScatterMode) =>
    runnersBy<Call>((dtype) => compile(runtime, (module) => defineScatter(module, mode, dtype)));
  const calls = { set: of('set'), add: of('add'), mul: of('mul'), max: of('max'), min: of('min') };
  return (mode, plan, out, index, source) => {
    check ??= compile(runtime, defineCheck);
    const call = calls[mode](out.dtype, source.dtype);
    memory.clock++;
    const operands = [out, index, source].map((view, i) => operandOf(memory, i, view));
    describe(memory.i32, INNER, plan.loops, 1, [operands[1]!]);
    const bad = callIndexed(runtime, check, plan, out);
    if (bad !== undefined) return bad;
    describe(memory.i32, OUTER, plan.loops, 1, operands);
    callIndexed(runtime, call, plan, out);
    return undefined;
  };
}
