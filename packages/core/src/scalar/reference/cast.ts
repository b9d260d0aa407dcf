import type { DType } from '../../dtype/index.ts';
import type { Literal } from '../expr.ts';

/** A float as an int32, the way x86 converts: out of range and NaN give the smallest int32. */
export function toInt32(x: number): number {
  return x > -2147483649 && x < 2147483648 ? x | 0 : -2147483648;
}

/** A float as an int64: out of range and NaN give the smallest int64. */
export function toInt64(x: number): bigint {
  return x >= -(2 ** 63) && x < 2 ** 63 ? BigInt(Math.trunc(x)) : -9223372036854775808n;
}

/** `value` wrapped to the width of an integer dtype of at most 32 bits. */
export function wrapInt(value: number, dtype: DType): number {
  switch (dtype) {
    case 'uint8':
      return value & 255;
    case 'int8':
      return (value << 24) >> 24;
    case 'int16':
      return (value << 16) >> 16;
    default:
      return value | 0;
  }
}

/** Converts a value of one arithmetic dtype to another. */
export function castValue(value: Literal, from: DType, to: DType): Literal {
  if (from === to) return value;
  switch (to) {
    case 'bool':
      return typeof value === 'bigint' ? value !== 0n : value !== 0 && value !== false;
    case 'int64':
      return from === 'float32' || from === 'float64' ? toInt64(value as number) : BigInt(value);
    case 'float64':
      return Number(value);
    case 'float32':
      return Math.fround(Number(value));
    default: {
      if (typeof value === 'bigint') return wrapInt(Number(BigInt.asIntN(32, value)), to);
      const n = Number(value);
      // Bytes without sign go through 64 bits in PyTorch, the other small integers through 32.
      const saturates = (from === 'float32' || from === 'float64') && to !== 'uint8';
      return wrapInt(saturates ? toInt32(n) : n, to);
    }
  }
}
