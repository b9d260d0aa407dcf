import type { AxisPlan, Kernels, View } from '@taimatsu/core/backend';
import { startsOf, walk } from '../closures/walk.ts';
import { bufferOf } from '../memory.ts';
import { type Keys, keysOf, sortKeys } from '../numeric/sort-keys.ts';

/** Sorts each line by integer keys that are in the order of the values. */
export function makeSort(): Kernels['sort'] {
  let keys: Keys | undefined;
  return (plan: AxisPlan, descending: boolean, values: View, indices: View, source: View) => {
    const { length, outer } = plan;
    const [valueStride, indexStride, sourceStride] = plan.strides as [number, number, number];
    const wide = source.dtype === 'float64' || source.dtype === 'int64';
    keys = keysOf(keys, length, wide);
    const { order } = keys;
    const from = bufferOf(source).data;
    const to = bufferOf(values).data;
    const { words } = bufferOf(indices);
    const sorted = keys;
    const at = startsOf([values, indices, source]);
    walk(outer, at, () => {
      const [valueAt, indexAt, sourceAt] = at as [number, number, number];
      sortKeys(sorted, bufferOf(source), source.dtype, sourceAt, sourceStride, length, descending);
      for (let i = 0; i < length; i++) {
        const k = order[i]!;
        to[valueAt + i * valueStride] = from[sourceAt + k * sourceStride]!;
        words[2 * (indexAt + i * indexStride)] = k;
        words[2 * (indexAt + i * indexStride) + 1] = 0;
      }
    });
  };
}
