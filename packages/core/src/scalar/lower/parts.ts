import { s } from '../builder.ts';
import type { Expr } from '../expr.ts';

/** `c[0] xⁿ + … + c[n]`. */
export function polynomial(coefficients: readonly number[], x: Expr): Expr {
  const [first, ...rest] = coefficients;
  let sum: Expr = s.literal(first!, 'float32');
  for (const c of rest) sum = s.add(s.mul(sum, x), c);
  return sum;
}

export const NAN: Expr = s.literal(Number.NaN, 'float32');
export const INFINITY: Expr = s.literal(Number.POSITIVE_INFINITY, 'float32');
export const ONE: Expr = s.literal(1, 'float32');
export const ZERO: Expr = s.literal(0, 'float32');

/** The nearest integer, of halves the upper: for range reductions, where either will do. */
export const nearest = (x: Expr): Expr => s.floor(s.add(x, 0.5));

/** Not equal, NaN included: what optimisers make of `ne` may not be. */
export const differs = (a: Expr, b: Expr | number): Expr => s.not(s.eq(a, b));

export const isInfinite = (x: Expr): Expr => s.eq(s.abs(x), INFINITY);

/** `x`, but no less than `low` and no more than `high`; NaN stays. */
export const within = (x: Expr, low: number, high: number): Expr =>
  s.where(s.lt(x, low), s.literal(low, 'float32'), s.where(s.gt(x, high), s.literal(high, 'float32'), x));

/** The magnitude of `a` with the sign of `b`. */
export function copysign(a: Expr, b: Expr): Expr {
  const magnitude = s.abs(a);
  return s.where(s.signbit(b), s.neg(magnitude), magnitude);
}

/** `odd(|x|)` with the sign of `x`; `x` itself at zero, so that it keeps its sign. */
export function oddFunction(x: Expr, ofMagnitude: (a: Expr) => Expr): Expr {
  return s.where(s.eq(x, 0), x, copysign(ofMagnitude(s.abs(x)), x));
}

/** `y · 2ᵏ` for integers from -280 to 256; in two steps, because 2ᵏ alone may be out of range. */
export function scale(y: Expr, k: Expr): Expr {
  const half = s.floor(s.mul(k, 0.5));
  return s.mul(s.mul(y, s.exp2(half)), s.exp2(s.sub(k, half)));
}

/**
 * `x` rounded down to twelve bits; what is cut off has at most twelve more, and both multiply without rounding. Cuts at the wrong
 * place below 1e-37.
 */
export function leading(x: Expr): Expr {
  const a = s.abs(x);
  const e = s.floor(s.log2(s.where(s.lt(a, 1e-37), s.literal(1e-37, 'float32'), a)));
  const m = scale(x, s.neg(e));
  // The logarithm is off, so next to a power of two its whole part may be, too.
  const size = s.abs(m);
  const pick = (below: number, at: number, above: number): Expr => {
    const higher = s.where(s.lt(size, 2), s.literal(at, 'float32'), s.literal(above, 'float32'));
    return s.where(s.lt(size, 1), s.literal(below, 'float32'), higher);
  };
  const cut = s.mul(s.floor(s.mul(m, pick(2 ** 12, 2 ** 11, 2 ** 10))), pick(2 ** -12, 2 ** -11, 2 ** -10));
  return scale(cut, e);
}
