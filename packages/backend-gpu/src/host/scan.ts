import { type AxisPlan, elementArray, type ScanCombine, type View } from '@taimatsu/core/backend';
import { isNarrow } from '../integers.ts';
import { bufferOf, type Memory } from '../memory.ts';
import { walk } from './walk.ts';

type Step = (before: number, value: number) => number;

const isBetter: Readonly<Record<'argmax' | 'argmin', (value: number, best: number) => boolean>> = {
  argmax: (value, best) => value >= best || Number.isNaN(value),
  argmin: (value, best) => value <= best || Number.isNaN(value),
};

const steps: Readonly<Record<Exclude<ScanCombine, 'argmax' | 'argmin'>, Step>> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
  logaddexp: (a, b) => {
    const high = Math.max(a, b);
    return a === b && !Number.isFinite(a) ? a : high + Math.log1p(Math.exp(-Math.abs(a - b)));
  },
};

/** A running combination in JavaScript: everything comes to the host and the result goes back. */
export function hostScan(memory: Memory, combine: ScanCombine, plan: AxisPlan, out: View, input: View): void {
  const values = memory.values(bufferOf(out)).slice();
  const from = memory.values(bufferOf(input));
  const [toStride, fromStride] = plan.strides as [number, number];
  const cell = isNarrow(out.dtype) ? elementArray(out.dtype, 1) : new Float32Array(1);
  const at = [out.offset, input.offset];
  walk(plan.outer, at, () => {
    let value = from[at[1]!]!;
    let best = 0;
    values[at[0]!] = combine === 'argmax' || combine === 'argmin' ? 0 : value;
    for (let k = 1; k < plan.length; k++) {
      const next = from[at[1]! + k * fromStride]!;
      if (combine === 'argmax' || combine === 'argmin') {
        if (isBetter[combine](next, value)) {
          value = next;
          best = k;
        }
        values[at[0]! + k * toStride] = best;
      } else {
        // Wraps around what does not fit a narrow dtype.
        cell[0] = steps[combine](value, next) as never;
        value = Number(cell[0]);
        values[at[0]! + k * toStride] = value;
      }
    }
  });
  memory.replace(bufferOf(out), memory.engine.upload(values));
}
