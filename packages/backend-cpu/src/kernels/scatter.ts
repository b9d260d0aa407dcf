import type { IndexPlan, Kernels, View } from '@taimatsu/core/backend';
import { closureScatter } from '../closures/indexed.ts';

/** A scatter made ready to run. */
export type ScatterRunner = (plan: IndexPlan, out: View, index: View, source: View) => number | undefined;

export function makeScatter(): Kernels['scatter'] {
  return (mode, plan, out, index, source) => closureScatter(mode, out)(plan, out, index, source);
}
