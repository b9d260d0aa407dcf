import type { AxisPlan, ScanCombine, View } from '@taimatsu/core/backend';
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
        value = steps[combine](value, next);
        values[at[0]! + k * toStride] = value;
      }
    }
  });
  memory.replace(bufferOf(out), memory.engine.upload(values));
}
