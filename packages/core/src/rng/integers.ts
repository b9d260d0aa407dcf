import { type DType, dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { type ElementArray, fillEach, halfBits, isHalf, notImplemented } from './elements.ts';
import type { Generator } from './generator.ts';
import { floatFromInt64, intervalOf } from './integer-bounds.ts';
import { check } from './messages.ts';

/** An integer argument; bigint where a number is not exact. */
export type Integer = number | bigint;

const TWO_32 = 2 ** 32;

/**
 * Fills `out` with integers of the dtype's natural range: `random_()`. bool takes a bit, an integer dtype
 * [0, max], a floating one [0, 2^digits]; int64 and float64 take two draws each, the others one.
 */
export function random(generator: Generator, out: ElementArray, dtype: DType): void {
  if (out instanceof BigInt64Array) {
    const halves = halvesOf(out);
    for (let i = 0; i < halves.length; i += 2) {
      halves[i + 1] = generator.random32() & 0x7fffffff;
      halves[i] = generator.random32();
    }
  } else if (dtype === 'float64') {
    fillEach(out, dtype, () => Number(generator.random64() % (2n ** 53n + 1n)));
  } else {
    const count = naturalCounts[dtype as keyof typeof naturalCounts];
    fillEach(out, dtype, () => generator.random32() % count);
  }
}

const naturalCounts = {
  bool: 2,
  uint8: 2 ** 8,
  int8: 2 ** 7,
  int16: 2 ** 15,
  int32: 2 ** 31,
  float16: 2 ** 11 + 1,
  bfloat16: 2 ** 8 + 1,
  float32: 2 ** 24 + 1,
} as const;

/**
 * Fills `out` with integers of [`from`, `to`): `random_(from, to)`, `randint`; up to the dtype's natural end when
 * `to` is undefined. Bounds that a floating dtype cannot hold move inward first.
 *
 * A value is one draw modulo the number of values, or two draws for the wide dtypes when there are 2^32 or more.
 */
export function randomBetween(
  generator: Generator,
  out: ElementArray,
  dtype: DType,
  from: Integer,
  to: Integer | undefined,
): void {
  const low = toInt64Argument(from);
  if (to === undefined && low === -(2n ** 63n)) {
    fillAll64(generator, out, dtype);
    return;
  }
  const { base, range } = intervalOf(dtype, low, to === undefined ? undefined : toInt64Argument(to));
  if (range >= TWO_32 && isWide(dtype)) fillWide(generator, out, dtype, base, range);
  else if (out instanceof BigInt64Array) fillInt64(generator, out, base, Number(range));
  else {
    const count = Number(range);
    const first = Number(base);
    if (BigInt(first) === base && Math.abs(first) <= 2 ** 52) {
      fillEach(out, dtype, () => (generator.random32() % count) + first);
    } else {
      fillBig(out, dtype, () => base + BigInt(generator.random32() % count));
    }
  }
}

/** Fills `out` with integers of [`low`, `high`): `randint`. */
export function randint(
  generator: Generator,
  out: ElementArray,
  dtype: DType,
  low: Integer,
  high: Integer,
): void {
  randomBetween(generator, out, dtype, low, high);
}

/** Half precision is not among them in PyTorch, bfloat16 is. */
function isWide(dtype: DType): boolean {
  return dtype === 'int64' || (isFloatingPoint(dtype) && dtype !== 'float16');
}

function fillWide(generator: Generator, out: ElementArray, dtype: DType, base: bigint, range: bigint): void {
  fillBig(out, dtype, () => BigInt.asIntN(64, (generator.random64() % range) + base));
}

/** `random_(-2^63, None)`: every int64. */
function fillAll64(generator: Generator, out: ElementArray, dtype: DType): void {
  if (dtype === 'float16' || dtype === 'bool') notImplemented('random_full_64_bits_range_kernel_cpu', dtype);
  check(
    isWide(dtype),
    () => 'random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16',
  );
  fillBig(out, dtype, () => BigInt.asIntN(64, generator.random64()));
}

function fillBig(out: ElementArray, dtype: DType, draw: () => bigint): void {
  if (out instanceof BigInt64Array) for (let i = 0; i < out.length; i++) out[i] = draw();
  else {
    const bits = isHalf(dtype);
    for (let i = 0; i < out.length; i++) {
      const value = floatFromInt64(dtype, draw());
      out[i] = bits ? halfBits(dtype, value) : value;
    }
  }
}

/** The low and high words of each integer; to write them is several times as fast as to make bigints. */
function halvesOf(out: BigInt64Array): Int32Array {
  return new Int32Array(out.buffer, out.byteOffset, 2 * out.length);
}

function fillInt64(generator: Generator, out: BigInt64Array, base: bigint, count: number): void {
  const first = Number(base);
  if (Math.abs(first) > 2 ** 52) {
    for (let i = 0; i < out.length; i++) out[i] = base + BigInt(generator.random32() % count);
    return;
  }
  const halves = halvesOf(out);
  for (let i = 0; i < out.length; i++) {
    const value = (generator.random32() % count) + first;
    halves[2 * i] = value;
    halves[2 * i + 1] = Math.floor(value / TWO_32);
  }
}

function toInt64Argument(value: Integer): bigint {
  const integer = typeof value === 'bigint' ? value : BigInt(value);
  check(BigInt.asIntN(64, integer) === integer, () => 'Overflow when unpacking long');
  return integer;
}

const permutationNames: { readonly [D in DType]?: string } = {
  uint8: 'uint8_t',
  int8: 'int8_t',
  int16: 'int16_t',
  int32: 'int',
};

/** Fails unless a permutation of `n` elements fits `dtype`, as `randperm` does before it draws. */
export function checkPermutation(n: number, dtype: DType): void {
  if (dtype === 'bool') notImplemented('randperm', dtype);
  const count = dtype === 'float16' ? 2049 : dtype === 'float32' ? 2 ** 24 + 1 : integerCount(dtype);
  if (n <= count) return;
  const limit = dtype === 'float16' ? '2049' : '2^24+1';
  const text = isFloatingPoint(dtype)
    ? `n cannot be greater than ${limit} for ${dtypeInfo[dtype].title} type.`
    : `value cannot be converted to type ${permutationNames[dtype]} without overflow`;
  check(false, () => text);
}

function integerCount(dtype: DType): number {
  const bits = 8 * dtypeInfo[dtype].itemsize;
  if (isFloatingPoint(dtype) || dtype === 'int64') return Number.POSITIVE_INFINITY;
  return dtype === 'uint8' ? 2 ** bits : 2 ** (bits - 1);
}

/** Fills `out` with a random order of 0 … length - 1, by length - 1 draws: `randperm`. */
export function randperm(generator: Generator, out: ElementArray, dtype: DType): void {
  const n = out.length;
  checkPermutation(n, dtype);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.random32() % (n - i));
    const value = order[i] as number;
    order[i] = order[j] as number;
    order[j] = value;
  }
  if (out instanceof BigInt64Array) {
    const halves = halvesOf(out);
    for (let i = 0; i < n; i++) {
      halves[2 * i] = order[i] as number;
      halves[2 * i + 1] = 0;
    }
    return;
  }
  let next = 0;
  fillEach(out, dtype, () => order[next++] as number);
}
