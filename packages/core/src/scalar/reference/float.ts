import { digamma, erf, erfc, erfinv, lgamma } from './special.ts';

/** Half to even, keeping the sign of zero. */
export function roundEven(x: number): number {
  if (!(Math.abs(x) < 4503599627370496)) return x;
  const r =
    x < 0 || Object.is(x, -0)
      ? x - 4503599627370496 + 4503599627370496
      : x + 4503599627370496 - 4503599627370496;
  return r === 0 ? (x < 0 || Object.is(x, -0) ? -0 : 0) : r;
}

/** C's pow: unlike JavaScript's, `pow(1, NaN)` and `pow(-1, ±Infinity)` are 1. */
export function pow(a: number, b: number): number {
  return a === 1 || (a === -1 && (b === Number.POSITIVE_INFINITY || b === Number.NEGATIVE_INFINITY))
    ? 1
    : a ** b;
}

/** Remainder with the divisor's sign. */
export function remainder(a: number, b: number): number {
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

/** Python's // for floats: the floor of the exact quotient. */
export function floordiv(a: number, b: number): number {
  if (b === 0) return a / b;
  const r = a % b;
  let q = (a - r) / b;
  if (r !== 0 && b < 0 !== r < 0) q -= 1;
  if (q === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const f = Math.floor(q);
  return q - f > 0.5 ? f + 1 : f;
}

/** -1, 0 or 1; 0 for NaN. */
export function sign(x: number): number {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

/** True for negative numbers and negative zero. */
export function signbit(x: number): boolean {
  return x < 0 || Object.is(x, -0);
}

/** The magnitude of `a` with the sign of `b`. */
export function copysign(a: number, b: number): number {
  return signbit(b) ? -Math.abs(a) : Math.abs(a);
}

/** 1 / (1 + e^-x), without overflow. */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

const f64 = new Float64Array(1);
const i64 = new BigInt64Array(f64.buffer);
const f32 = new Float32Array(1);
const i32 = new Int32Array(f32.buffer);

/** The next double after `a` toward `b`. */
export function nextafter64(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b) || a === b) return a === b ? b : Number.NaN;
  if (a === 0) return b > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  f64[0] = a;
  i64[0] = i64[0]! + (b > a === a > 0 ? 1n : -1n);
  return f64[0]!;
}

/** The next float32 after `a` toward `b`. */
export function nextafter32(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b) || a === b) return a === b ? b : Number.NaN;
  if (a === 0) return b > 0 ? 2 ** -149 : -(2 ** -149);
  f32[0] = a;
  i32[0] = i32[0]! + (b > a === a > 0 ? 1 : -1);
  return f32[0]!;
}

/** What each scalar operation means for a double; float32 rounds the result once more. */
export const floatOps: { readonly [name: string]: (a: number, b: number) => number | boolean } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  fmod: (a, b) => a % b,
  remainder,
  floordiv,
  pow,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  atan2: (a, b) => Math.atan2(a, b),
  hypot: (a, b) => Math.hypot(a, b),
  copysign,
  nextafter: nextafter64,
  and: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  or: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  xor: (a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0),
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sign,
  not: (a) => (a === 0 ? 1 : 0),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  round: roundEven,
  trunc: (a) => Math.trunc(a),
  sqrt: (a) => Math.sqrt(a),
  exp: (a) => Math.exp(a),
  exp2: (a) => 2 ** a,
  expm1: (a) => Math.expm1(a),
  log: (a) => Math.log(a),
  log1p: (a) => Math.log1p(a),
  log2: (a) => Math.log2(a),
  log10: (a) => Math.log10(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tan: (a) => Math.tan(a),
  asin: (a) => Math.asin(a),
  acos: (a) => Math.acos(a),
  atan: (a) => Math.atan(a),
  sinh: (a) => Math.sinh(a),
  cosh: (a) => Math.cosh(a),
  tanh: (a) => Math.tanh(a),
  asinh: (a) => Math.asinh(a),
  acosh: (a) => Math.acosh(a),
  atanh: (a) => Math.atanh(a),
  sigmoid,
  erf,
  erfc,
  erfinv,
  lgamma,
  digamma,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  isnan: (a) => Number.isNaN(a),
  signbit,
};
