import { type DType, iinfo, isFloatingPoint, type Scalar } from '../../dtype/index.ts';

/** The value that never wins a maximum (`lowest`) or a minimum (`highest`) of the dtype. */
export function limitOf(dtype: DType, which: 'lowest' | 'highest'): Scalar {
  if (isFloatingPoint(dtype)) {
    return which === 'lowest' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (dtype === 'bool') return which === 'highest';
  const { min, max } = iinfo(dtype);
  return which === 'lowest' ? min : max;
}
