import type { AxisPlan, Kernels, View } from '@taimatsu/core/backend';
import { closureScan } from '../closures/scan.ts';

/** A running combination made ready to run. */
export type ScanRunner = (plan: AxisPlan, out: View, input: View) => void;

export function makeScan(): Kernels['scan'] {
  const runners = new Map<string, ScanRunner>();
  return (combine, plan, out, input) => {
    const key = `${combine} ${input.dtype} ${out.dtype}`;
    let run = runners.get(key);
    if (run === undefined) {
      run = closureScan(combine, input.dtype, out.dtype);
      runners.set(key, run);
    }
    run(plan, out, input);
  };
}
