import type { Kernels, ScatterMode } from '@taimatsu/core/backend';
import { defineCheck, defineScatter } from '../codegen/indexed.ts';
import { type Call, compile, operandOf, type Runtime } from '../runtime.ts';
import { runIndexed } from './gather.ts';
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
    const { loops } = plan;
    const bad = runIndexed(runtime, check, { loops, walked: 1, operands: [operands[1]!] }, plan, out);
    if (bad !== undefined) return bad;
    // Along all dimensions but the axis, what is written is apart.
    const separate = (dim: number): boolean => loops.strides[0]![dim] !== 0;
    runIndexed(runtime, call, { loops, walked: 1, operands }, plan, out, separate);
    return undefined;
  };
}
