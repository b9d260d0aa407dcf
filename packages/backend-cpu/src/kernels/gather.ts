import type { IndexPlan, Kernels, View } from '@taimatsu/core/backend';
import { closureGather } from '../closures/indexed.ts';

/** A gather made ready to run. */
export type GatherRunner = (plan: IndexPlan, out: View, index: View, source: View) => number | undefined;

export function makeGather(): Kernels['gather'] {
  return closureGather;
}
