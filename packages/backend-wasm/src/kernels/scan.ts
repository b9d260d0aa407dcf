import type { AxisPlan, Kernels, Loops, ScanCombine } from '@taimatsu/core/backend';
import { defineScan } from '../codegen/scan.ts';
import { type Call, compile, operandOf, type Runtime } from '../runtime.ts';
import { runNested } from './nested.ts';
import { runnersBy } from './runners.ts';

export function makeScan(runtime: Runtime): Kernels['scan'] {
  const { memory } = runtime;
  const of = (combine: ScanCombine) =>
    runnersBy<Call>((input, out) => compile(runtime, (module) => defineScan(module, combine, input, out)));
  const calls = {
    sum: of('sum'),
    prod: of('prod'),
    max: of('max'),
    min: of('min'),
    argmax: of('argmax'),
    argmin: of('argmin'),
    logaddexp: of('logaddexp'),
  };
  return (combine, plan, out, input) => {
    const call = calls[combine](input.dtype, out.dtype);
    memory.clock++;
    const operands = [out, input].map((view, i) => operandOf(memory, i, view));
    runNested(
      runtime,
      call,
      { loops: alongAxis(plan), walked: 1, operands },
      {
        args: () => [],
        work: plan.outer.size * plan.length * (combine === 'logaddexp' ? 30 : 1.5),
        // The last dimension is the axis.
        separate: (dim) => dim < plan.outer.shape.length,
      },
    );
  };
}

/** The loops of an axis plan with the axis as the inner dimension. */
export function alongAxis({ outer, length, strides }: AxisPlan): Loops {
  return {
    size: outer.size * length,
    shape: [...outer.shape, length],
    strides: outer.strides.map((own, i) => [...own, strides[i]!]),
  };
}
