import type { Kernels, Literal, MapPlan, ScalarKernel, View } from '@taimatsu/core/backend';
import { closureMap } from '../closures/map.ts';

/** A kernel made ready to run. */
export type MapRunner = (
  plan: MapPlan,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
) => void;

export function makeMap(): Kernels['map'] {
  const runners: (MapRunner | undefined)[] = [];
  return (kernel: ScalarKernel, plan, out, inputs, params) => {
    let run = runners[kernel.id];
    if (run === undefined) {
      run = closureMap(kernel);
      runners[kernel.id] = run;
    }
    run(plan, out, inputs, params);
  };
}
