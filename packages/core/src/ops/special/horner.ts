import { type Expr, s } from '../../extend/index.ts';

/** A polynomial of `x`, highest coefficient first. */
export function horner(x: Expr, coefficients: readonly number[]): Expr {
  let sum: Expr = s.literal(coefficients[0]!, x.dtype);
  for (let i = 1; i < coefficients.length; i++) sum = s.add(s.mul(sum, x), coefficients[i]!);
  return sum;
}

/** `horner` of `x` taken from [low, high] to [-1, 1], the way the tables are made. */
export function tabled(x: Expr, low: number, high: number, coefficients: readonly number[]): Expr {
  const scaled = s.sub(s.mul(x, 2 / (high - low)), (high + low) / (high - low));
  return horner(scaled, coefficients);
}

/** `value` of the same dtype as `x`. */
export function constant(x: Expr, value: number): Expr {
  return s.literal(value, x.dtype);
}
