import type { DType } from '../dtype/index.ts';

/** Elements in JavaScript memory: float16 and bfloat16 as their bits, bool as 0 and 1. */
export type ElementArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint16Array
  | Float32Array
  | Float64Array;

const constructors = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** A new zeroed array for `length` elements of `dtype`. */
export function elementArray(dtype: DType, length: number): ElementArray {
  return new constructors[dtype](length);
}

/** An array over memory that exists; `byteOffset` must be a multiple of the dtype's size. */
export function elementArrayOver(
  dtype: DType,
  memory: ArrayBufferLike,
  byteOffset: number,
  length: number,
): ElementArray {
  return new constructors[dtype](memory as ArrayBuffer, byteOffset, length);
}
