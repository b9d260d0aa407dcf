import type { Kernels, Literal, ReduceKernel, ReducePlan, View } from '@taimatsu/core/backend';
import { closureReduce } from '../closures/reduce.ts';
import type { Compile } from '../codegen/code.ts';
import { generateColumns } from '../codegen/reduce/columns.ts';
import { generateRows } from '../codegen/reduce/rows.ts';

/** A reduction made ready to run. */
export type ReduceRunner = (
  plan: ReducePlan,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
) => void;

const FEWEST_COLUMNS = 4;
/** Sums of integers by columns are exact up to here. */
const MOST_ROWS = 2 ** 20;

/** True when neighbouring results read neighbouring elements, so that whole rows are best combined at once. */
export function walksColumns({ outer, inner }: ReducePlan): boolean {
  const columns = outer.shape[outer.shape.length - 1]!;
  if (columns < FEWEST_COLUMNS || inner.size < 2 || inner.size > MOST_ROWS) return false;
  const across = outer.strides[1]!.at(-1)!;
  const along = inner.strides[0]!.at(-1)!;
  return across !== 0 && Math.abs(across) < Math.abs(along);
}

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
