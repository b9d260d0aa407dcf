import type { IndexPlan, Kernels, View } from '@taimatsu/core/backend';
import { closureGather } from '../closures/indexed.ts';
import type { Compile } from '../codegen/code.ts';
import { generateGather } from '../codegen/indexed.ts';
import { runnersBy } from './runners.ts';

/** A gather made ready to run. */
export type GatherRunner = (plan: IndexPlan, out: View, index: View, source: View) => number | undefined;

export function makeGather(compile: Compile | undefined): Kernels['gather'] {
  // One function would do for every dtype, but would slow down with each kind of array that it meets.
  const runners = runnersBy<GatherRunner>(() =>
    compile === undefined ? closureGather : generateGather(compile),
  );
  return (plan, out, index, source) => runners(source.dtype, out.dtype)(plan, out, index, source);
}
