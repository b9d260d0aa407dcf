import type { Kernels, Literal, ReduceKernel, ReducePlan, View } from '@taimatsu/core/backend';
import { closureReduce } from '../closures/reduce.ts';
import type { Compile } from '../codegen/code.ts';
import { generateColumns } from '../codegen/reduce/columns.ts';
import { generateRows } from '../codegen/reduce/rows.ts';
import { walksColumns } from '../numeric/columns.ts';

/** A reduction made ready to run. */
export type ReduceRunner = (
  plan: ReducePlan,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
) => void;

export function makeReduce(compile: Compile | undefined): Kernels['reduce'] {
  const rows: (ReduceRunner | undefined)[] = [];
  const columns: (ReduceRunner | undefined)[] = [];
  const make = (kernel: ReduceKernel, byColumns: boolean): ReduceRunner => {
    if (compile === undefined) return closureReduce(kernel);
    return byColumns ? generateColumns(kernel, compile) : generateRows(kernel, compile);
  };
  return (kernel, plan, out, inputs, params) => {
    const byColumns = walksColumns(plan);
    const runners = byColumns ? columns : rows;
    let run = runners[kernel.id];
    if (run === undefined) {
      while (runners.length < kernel.id) runners.push(undefined);
      run = make(kernel, byColumns);
      runners[kernel.id] = run;
    }
    run(plan, out, inputs, params);
  };
}
