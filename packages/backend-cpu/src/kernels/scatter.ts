import type { IndexPlan, Kernels, ScatterMode, View } from '@taimatsu/core/backend';
import { closureScatter } from '../closures/indexed.ts';
import type { Compile } from '../codegen/code.ts';
import { generateScatter } from '../codegen/indexed.ts';
import { runnersBy } from './runners.ts';

/** A scatter made ready to run. */
export type ScatterRunner = (plan: IndexPlan, out: View, index: View, source: View) => number | undefined;

export function makeScatter(compile: Compile | undefined): Kernels['scatter'] {
  const of = (mode: ScatterMode) =>
    runnersBy<ScatterRunner>((dtype) =>
      compile === undefined ? closureScatter(mode, dtype) : generateScatter(mode, dtype, compile),
    );
  const runners = { set: of('set'), add: of('add'), mul: of('mul'), max: of('max'), min: of('min') };
  return (mode, plan, out, index, source) => runners[mode](out.dtype, source.dtype)(plan, out, index, source);
}
