const abs = (a: bigint): bigint => (a < 0n ? -a : a);

/** Remainder with the divisor's sign; 0 for a divisor of 0, which core refuses before it comes here. */
export function remainderBig(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  const r = a % b;
  return r !== 0n && r < 0n !== b < 0n ? r + b : r;
}

/** Quotient rounded down. */
export function floordivBig(a: bigint, b: bigint): bigint {
  return b === 0n ? 0n : (a - remainderBig(a, b)) / b;
}

/** Power modulo 2^64; a negative exponent gives 1, ±1 or 0. */
export function powBig(a: bigint, b: bigint): bigint {
  if (b < 0n) return a === 1n ? 1n : a === -1n ? (b % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  let base = a;
  for (let e = b; e > 0n; e >>= 1n) {
    if (e & 1n) result = BigInt.asIntN(64, result * base);
    base = BigInt.asIntN(64, base * base);
  }
  return result;
}

/** Greatest common divisor, not negative. */
export function gcdBig(a: bigint, b: bigint): bigint {
  let x = abs(a);
  let y = abs(b);
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** What each scalar operation means for an int64; the result wraps. */
export const bigintOps: { readonly [name: string]: (a: bigint, b: bigint) => bigint | boolean } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  fmod: (a, b) => (b === 0n ? 0n : a % b),
  remainder: remainderBig,
  floordiv: floordivBig,
  pow: powBig,
  // biome-ignore lint/complexity/useMathMinMax: bigints
  max: (a, b) => (a > b ? a : b),
  // biome-ignore lint/complexity/useMathMinMax: bigints
  min: (a, b) => (a < b ? a : b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << (b & 63n),
  shr: (a, b) => a >> (b & 63n),
  gcd: gcdBig,
  neg: (a) => -a,
  abs,
  sign: (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n),
  not: (a) => ~a,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  signbit: (a) => a < 0n,
};
