import type { AxisPlan, Kernels, ScanCombine, View } from '@taimatsu/core/backend';
import { closureScan } from '../closures/scan.ts';
import type { Compile } from '../codegen/code.ts';
import { generateScan } from '../codegen/scan.ts';
import { runnersBy } from './runners.ts';

/** A running combination made ready to run. */
export type ScanRunner = (plan: AxisPlan, out: View, input: View) => void;

export function makeScan(compile: Compile | undefined): Kernels['scan'] {
  const of = (combine: ScanCombine) =>
    runnersBy<ScanRunner>((input, out) =>
      compile === undefined ? closureScan(combine, input, out) : generateScan(combine, input, out, compile),
    );
  const runners = {
    sum: of('sum'),
    prod: of('prod'),
    max: of('max'),
    min: of('min'),
    argmax: of('argmax'),
    argmin: of('argmin'),
    logaddexp: of('logaddexp'),
  };
  return (combine, plan, out, input) => runners[combine](input.dtype, out.dtype)(plan, out, input);
}
