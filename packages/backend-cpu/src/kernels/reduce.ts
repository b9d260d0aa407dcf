import type { Kernels, Literal, ReduceKernel, ReducePlan, View } from '@taimatsu/core/backend';
import { closureReduce } from '../closures/reduce.ts';

/** A reduction made ready to run. */
export type ReduceRunner = (
  plan: ReducePlan,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
) => void;

const FEWEST_COLUMNS = 4;

/** True when neighbouring results read neighbouring elements, so that whole rows are best combined at once. */
export function walksColumns({ outer, inner }: ReducePlan): boolean {
  const columns = outer.shape[outer.shape.length - 1]!;
  if (columns < FEWEST_COLUMNS || inner.size < 2) return false;
  const across = outer.strides[1]!.at(-1)!;
  const along = inner.strides[0]!.at(-1)!;
  return across !== 0 && Math.abs(across) < Math.abs(along);
}

export function makeReduce(): Kernels['reduce'] {
  const runners: (ReduceRunner | undefined)[] = [];
  return (kernel: ReduceKernel, plan, out, inputs, params) => {
    let run = runners[kernel.id];
    if (run === undefined) {
      run = closureReduce(kernel);
      runners[kernel.id] = run;
    }
    run(plan, out, inputs, params);
  };
}
