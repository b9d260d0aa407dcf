import { fail } from '../errors/index.ts';
import { type DType, isFloatingPoint } from './dtype.ts';
import { finfo, iinfo } from './limits.ts';
import type { Scalar } from './promote.ts';

/** A scalar as PyTorch converts it to a dtype where it refuses what does not fit. @throws `dtype/overflow` */
export function checkedScalar(value: Scalar, dtype: DType): Scalar {
  if (!fits(value, dtype)) fail('dtype/overflow', { dtype: cppNames[dtype] ?? `${dtype}_t`, value });
  return dtype === 'uint8' && Number(value) < 0 ? Math.trunc(Number(value)) & 255 : value;
}

/** Whether PyTorch converts a scalar to the dtype: bytes may wrap around once, infinities fit floats. */
export function fits(value: Scalar, dtype: DType): boolean {
  if (typeof value === 'boolean' || dtype === 'bool') return true;
  if (isFloatingPoint(dtype))
    return !Number.isFinite(Number(value)) || Math.abs(Number(value)) <= finfo(dtype).max;
  const { min, max } = iinfo(dtype);
  const wraps = dtype === 'uint8' && (typeof value === 'bigint' || Number.isInteger(value));
  return value >= (wraps ? -max : min) && value <= max;
}

const cppNames: { readonly [name: string]: string } = {
  int32: 'int',
  float16: 'at::Half',
  bfloat16: 'at::BFloat16',
  float32: 'float',
};
