import type { IndexPlan, ScatterMode, View } from '@taimatsu/core/backend';
import { bufferOf, type Memory } from '../memory.ts';
import { walk } from './walk.ts';

const combine: Readonly<Record<ScatterMode, (before: number, value: number) => number>> = {
  set: (_, value) => value,
  add: (before, value) => before + value,
  mul: (before, value) => before * value,
  max: Math.max,
  min: Math.min,
};

/** Scatter in JavaScript: everything comes to the host and the result goes back. */
export function hostScatter(
  memory: Memory,
  mode: ScatterMode,
  plan: IndexPlan,
  out: View,
  index: View,
  source: View,
): void {
  const values = memory.values(bufferOf(out)).slice();
  const indices = memory.values(bufferOf(index));
  const from = memory.values(bufferOf(source));
  const at = [out.offset, index.offset, source.offset];
  walk(plan.loops, at, () => {
    const i = indices[at[1]!]!;
    const to = at[0]! + (i < 0 ? i + plan.axisSize : i) * plan.axisStride;
    values[to] = combine[mode](values[to]!, from[at[2]!]!);
  });
  memory.replace(bufferOf(out), memory.engine.upload(values));
}
