/** Quotient of integers rounded down. */
export function floordivInt(a: number, b: number): number {
  return b === 0 ? 0 : Math.floor(a / b);
}

/** Remainder with the divisor's sign; 0 for a divisor of 0, which core refuses before it comes here. */
export function remainderInt(a: number, b: number): number {
  if (b === 0) return 0;
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

/** Integer power by squaring in int32 arithmetic; a negative exponent gives 1, ±1 or 0. */
export function powInt(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let base = a;
  for (let e = b; e > 0; e >>>= 1) {
    if (e & 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

/** Greatest common divisor, not negative. */
export function gcdInt(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** What each scalar operation means for an integer of at most 32 bits; the result wraps to its width. */
export const intOps: { readonly [name: string]: (a: number, b: number) => number | boolean } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => Math.imul(a, b),
  div: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  fmod: (a, b) => (b === 0 ? 0 : a % b),
  remainder: remainderInt,
  floordiv: floordivInt,
  pow: powInt,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr: (a, b) => a >> b,
  gcd: gcdInt,
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sign: (a) => (a > 0 ? 1 : a < 0 ? -1 : 0),
  not: (a) => ~a,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  signbit: (a) => a < 0,
};
