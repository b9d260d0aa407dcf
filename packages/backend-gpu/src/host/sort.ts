import type { AxisPlan, View } from '@taimatsu/core/backend';
import { bufferOf, type Memory } from '../memory.ts';
import { walk } from './walk.ts';

/** A stable sort in JavaScript: everything comes to the host and the results go back. */
export function hostSort(
  memory: Memory,
  plan: AxisPlan,
  descending: boolean,
  values: View,
  indices: View,
  source: View,
): void {
  const toValues = memory.values(bufferOf(values)).slice();
  const toIndices = memory.values(bufferOf(indices)).slice();
  const from = memory.values(bufferOf(source));
  const [valueStride, indexStride, sourceStride] = plan.strides as [number, number, number];
  const order = new Uint32Array(plan.length);
  const at = [values.offset, indices.offset, source.offset];
  walk(plan.outer, at, () => {
    const begin = at[2]!;
    const ascending = (p: number, q: number): number => {
      const x = from[begin + p * sourceStride]!;
      const y = from[begin + q * sourceStride]!;
      if (x < y) return -1;
      if (y < x) return 1;
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    };
    for (let i = 0; i < order.length; i++) order[i] = i;
    order.sort(descending ? (p, q) => ascending(q, p) : ascending);
    for (let i = 0; i < order.length; i++) {
      toValues[at[0]! + i * valueStride] = from[begin + order[i]! * sourceStride]!;
      toIndices[at[1]! + i * indexStride] = order[i]!;
    }
  });
  memory.replace(bufferOf(values), memory.engine.upload(toValues));
  memory.replace(bufferOf(indices), memory.engine.upload(toIndices));
}
