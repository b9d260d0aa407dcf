const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

/** Explicit bits of the significand of the narrow formats. */
const narrow: Readonly<Record<string, { bits: number; smallest: number }>> = {
  float16: { bits: 10, smallest: -14 },
  bfloat16: { bits: 7, smallest: -126 },
};

/**
 * How many representable numbers of `dtype` lie between two of its numbers: 0 for equal ones, infinite when one is NaN
 * and the other is not. For integers, their distance.
 */
export function ulpDistance(a: number, b: number, dtype: string): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.POSITIVE_INFINITY;
  if (dtype === 'float64') return Number(abs(orderedDouble(a) - orderedDouble(b)));
  if (dtype === 'float32') return Math.abs(orderedSingle(a) - orderedSingle(b));
  const format = narrow[dtype];
  if (format === undefined || !Number.isFinite(a) || !Number.isFinite(b)) return Math.abs(a - b);
  const exponent = Math.max(Math.floor(Math.log2(Math.max(Math.abs(a), Math.abs(b)))), format.smallest);
  return Math.abs(a - b) / 2 ** (exponent - format.bits);
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Integers in the order of the numbers they stand for. */
function orderedDouble(value: number): bigint {
  double[0] = value;
  const bits = doubleBits[0]!;
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}

function orderedSingle(value: number): number {
  single[0] = value;
  const bits = singleBits[0]!;
  return bits < 0 ? -(bits & 0x7fff_ffff) : bits;
}
