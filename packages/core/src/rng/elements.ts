import {
  type DType,
  dtypeInfo,
  isFloatingPoint,
  roundToBFloat16,
  roundToFloat16,
  toBFloat16Bits,
  toFloat16Bits,
} from '../dtype/index.ts';
import { fail } from '../errors/index.ts';

/**
 * The elements of a dtype in memory: bool and uint8 in `Uint8Array`, int8, int16, int32 and int64 in the array of
 * their width, float16 and bfloat16 as bits in `Uint16Array`, float32 and float64 in the array of their width.
 */
export type ElementArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint16Array
  | Float32Array
  | Float64Array;

/** `value` rounded as `dtype` stores it, by way of float32 for the 16-bit ones. */
export function roundTo(dtype: DType, value: number): number {
  if (dtype === 'float64') return value;
  if (dtype === 'float16') return roundToFloat16(value);
  return dtype === 'bfloat16' ? roundToBFloat16(value) : Math.fround(value);
}

/** True for the dtypes stored as bits. */
export function isHalf(dtype: DType): boolean {
  return dtype === 'float16' || dtype === 'bfloat16';
}

/** The bits of `value` in the 16-bit `dtype`. */
export function halfBits(dtype: DType, value: number): number {
  return dtype === 'float16' ? toFloat16Bits(value) : toBFloat16Bits(value);
}

/** Sets every element of `out` to the next `draw()`, cast to `dtype` as C casts a double. */
export function fillEach(out: ElementArray, dtype: DType, draw: () => number): void {
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) out[i] = toInt64(draw());
  } else if (isHalf(dtype)) {
    for (let i = 0; i < out.length; i++) out[i] = halfBits(dtype, draw());
  } else {
    for (let i = 0; i < out.length; i++) out[i] = draw();
  }
}

/** What x86 makes of a double as an int64: toward zero, and the least int64 for what does not fit. */
export function toInt64(value: number): bigint {
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

/** Fails unless `dtype` is floating point, as PyTorch's dispatch for `kernel` does. */
export function requireFloating(kernel: string, dtype: DType): void {
  if (!isFloatingPoint(dtype)) notImplemented(kernel, dtype);
}

/** Fails as PyTorch does when `kernel` lacks `dtype`. */
export function notImplemented(kernel: string, dtype: DType): never {
  return fail('dtype/not-implemented', { kernel, dtype: dtypeInfo[dtype].title });
}
