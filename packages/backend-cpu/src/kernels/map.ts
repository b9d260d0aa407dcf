import type { Kernels, Literal, MapPlan, View } from '@taimatsu/core/backend';
import { closureMap } from '../closures/map.ts';
import type { Compile } from '../codegen/code.ts';
import { generateFlatMap, generateStridedMap } from '../codegen/map.ts';

/** A kernel made ready to run. */
export type MapRunner = (
  plan: MapPlan,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
) => void;

export function makeMap(compile: Compile | undefined): Kernels['map'] {
  const flat: (MapRunner | undefined)[] = [];
  const strided: (MapRunner | undefined)[] = [];
  const makeFlat = compile === undefined ? closureMap : generateFlatMap;
  const makeStrided = compile === undefined ? closureMap : generateStridedMap;
  return (kernel, plan, out, inputs, params) => {
    const runners = plan.flat ? flat : strided;
    let run = runners[kernel.id];
    if (run === undefined) {
      while (runners.length < kernel.id) runners.push(undefined);
      run = (plan.flat ? makeFlat : makeStrided)(kernel, compile!);
      runners[kernel.id] = run;
    }
    run(plan, out, inputs, params);
  };
}
