import type { DType, ScalarOp, ScatterMode } from '@taimatsu/core/backend';

/** The scalar operation that puts a scattered value together with what is there; on bool, sums are or. */
export function scatterOp(mode: Exclude<ScatterMode, 'set'>, dtype: DType): ScalarOp {
  if (dtype !== 'bool') return mode;
  return mode === 'add' || mode === 'max' ? 'or' : 'and';
}
