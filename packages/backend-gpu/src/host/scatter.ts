import { elementArray, type IndexPlan, type ScatterMode, type View } from '@taimatsu/core/backend';
import { isNarrow } from '../integers.ts';
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
  const isBool = out.dtype === 'bool';
  // Wraps around what does not fit a narrow dtype.
  const cell = isNarrow(out.dtype) ? elementArray(out.dtype, 1) : new Float32Array(1);
  const at = [out.offset, index.offset, source.offset];
  walk(plan.loops, at, () => {
    const i = indices[at[1]!]!;
    const to = at[0]! + (i < 0 ? i + plan.axisSize : i) * plan.axisStride;
    const value = combine[mode](values[to]!, from[at[2]!]!);
    cell[0] = (isBool ? Number(value !== 0) : value) as never;
    values[to] = Number(cell[0]);
  });
  memory.replace(bufferOf(out), memory.engine.upload(values));
}
