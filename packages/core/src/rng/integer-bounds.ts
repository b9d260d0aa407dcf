import { type DType, finfo, iinfo, isFloatingPoint } from '../dtype/index.ts';
import { warn } from '../errors/index.ts';
import { isHalf, roundTo, toInt64 } from './elements.ts';
import { check, cppNames } from './messages.ts';

/** Bits of precision, the hidden one included. */
const digits: { readonly [D in DType]?: number } = { float16: 11, bfloat16: 8, float32: 24, float64: 53 };

/** The integers to draw: `range` of them from `base` on. */
export interface Interval {
  readonly base: bigint;
  readonly range: bigint;
}

/**
 * The interval [`from`, `to`), or [`from`, the dtype's natural end] without `to`, checked as PyTorch's `random_`
 * checks it; for a floating dtype the bounds move inward to values it can hold.
 */
export function intervalOf(dtype: DType, from: bigint, to: bigint | undefined): Interval {
  const floating = isFloatingPoint(dtype);
  if (to === undefined) {
    const base = floating ? moveFrom(dtype, from) : from;
    const last = lastOf(dtype);
    if (floating) {
      check(
        base < last,
        () =>
          `random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got from=${base} > to_inc=${last}`,
      );
    }
    checkRange(dtype, base, last);
    return { base, range: BigInt.asUintN(64, last - base + 1n) };
  }
  const text = (what: string, a: bigint, b: bigint): string =>
    `random_ expects 'from' ${what}to be less than 'to'${what === '' ? '' : ' casted to dtype'}, but got from=${a} >= to=${b}`;
  check(from < to, () => text('', from, to));
  const base = floating ? moveFrom(dtype, from) : from;
  const end = floating ? moveTo(dtype, to) : to;
  check(base < end, () => text('casted to dtype ', base, end));
  checkRange(dtype, base, end - 1n);
  return { base, range: BigInt.asUintN(64, end - base) };
}

function lastOf(dtype: DType): bigint {
  if (dtype === 'bool') return 1n;
  const precision = digits[dtype];
  return precision === undefined ? iinfo(dtype).max : 2n ** BigInt(precision);
}

/** An int64 as C casts it to `dtype`: to float32 first for the 16-bit ones. */
export function floatFromInt64(dtype: DType, value: bigint): number {
  if (dtype === 'float64') return Number(value);
  // A sticky low bit keeps the double from rounding what float32 rounds next.
  const sticky =
    value & 0x7ffn && (value < -(2n ** 53n) || value > 2n ** 53n) ? (value & ~0x7ffn) | 0x400n : value;
  const single = Math.fround(Number(sticky));
  return isHalf(dtype) ? roundTo(dtype, single) : single;
}

/** How far the neighbour of a bound is: PyTorch's step for integers too large for the dtype. */
function step(dtype: DType, value: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  const n = magnitude.toString(2).length - 1;
  return 1n << BigInt(Math.max(0, n - (digits[dtype] as number) + 1));
}

function moveFrom(dtype: DType, from: bigint): bigint {
  const next = toInt64(floatFromInt64(dtype, from + 1n));
  return next < from ? next + step(dtype, from + 1n) : from;
}

function moveTo(dtype: DType, to: bigint): bigint {
  const previous = toInt64(floatFromInt64(dtype, to - 1n));
  return previous >= to ? previous - step(dtype, to - 1n) : to;
}

function checkRange(dtype: DType, from: bigint, last: bigint): void {
  const name = cppNames[dtype];
  const floating = isFloatingPoint(dtype);
  for (const [value, what] of [
    [from, 'from'],
    [last, 'to - 1'],
  ] as const) {
    check(
      floating ? fitsFloat(dtype, value) : fitsInteger(dtype, value),
      () => `${what} is out of bounds for ${name}`,
    );
  }
  if (!floating) return;
  const precision = digits[dtype] as number;
  const limit = 2n ** BigInt(precision);
  for (const [value, what] of [
    [from, 'from'],
    [last, 'to - 1'],
  ] as const) {
    if (value >= -limit && value <= limit) continue;
    warn(
      `${what} is out of bounds [-(2^${precision}), 2^${precision}]. Due to precision limitations ${name} can support discrete uniform distribution only within this range. This warning will become an error in version 1.7 release, please fix the code in advance`,
    );
  }
}

function fitsFloat(dtype: DType, value: bigint): boolean {
  const { min, max } = finfo(dtype);
  return Number(value) >= min && Number(value) <= max;
}

function fitsInteger(dtype: DType, value: bigint): boolean {
  if (dtype === 'bool') return value === 0n || value === 1n;
  const { min, max } = iinfo(dtype);
  return value >= min && value <= max;
}
