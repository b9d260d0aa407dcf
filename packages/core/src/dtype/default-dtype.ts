import { fail } from '../errors/index.ts';
import { type DType, isFloatingPoint } from './dtype.ts';

let current: DType = 'float32';

/** The dtype that JavaScript numbers take in a new tensor: float32 unless changed. */
export function getDefaultDtype(): DType {
  return current;
}

/** Makes `dtype`, which must be floating point, the dtype of numbers in new tensors. */
export function setDefaultDtype(dtype: DType): void {
  if (!isFloatingPoint(dtype)) fail('dtype/default', { dtype });
  current = dtype;
}
