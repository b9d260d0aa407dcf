import { s } from '../builder.ts';
import type { Expr } from '../expr.ts';

type Binary = (a: Expr, b: Expr) => Expr;

const zero = s.literal(0, 'int32');

/** Truncated toward zero; 0 for a divisor of 0, which targets answer each in their own way. */
export const div: Binary = (a, b) => {
  const none = s.eq(b, 0);
  return s.where(none, zero, s.div(a, s.where(none, s.literal(1, 'int32'), b)));
};

export const fmod: Binary = (a, b) => s.where(s.eq(b, 0), zero, s.sub(a, s.mul(div(a, b), b)));

export const remainder: Binary = (a, b) => {
  const r = fmod(a, b);
  return s.where(s.and(s.ne(r, 0), s.xor(s.lt(r, 0), s.lt(b, 0))), s.add(r, b), r);
};

export const floordiv: Binary = (a, b) => {
  const q = div(a, b);
  const r = s.sub(a, s.mul(q, b));
  const below = s.and(s.and(s.ne(b, 0), s.ne(r, 0)), s.xor(s.lt(r, 0), s.lt(b, 0)));
  return s.where(below, s.sub(q, 1), q);
};

export const max: Binary = (a, b) => s.where(s.lt(b, a), a, b);
export const min: Binary = (a, b) => s.where(s.lt(a, b), a, b);

export const signbit = (a: Expr): Expr => s.lt(a, 0);

/** Shifts of an int64 that is held in 32 bits: by 32 and more, nothing or only the sign is left. */
export const shl64: Binary = (a, b) => {
  const by = s.and(b, 63);
  return s.where(s.lt(31, by), zero, s.shl(a, s.and(by, 31)));
};
export const shr64: Binary = (a, b) => {
  const by = s.and(b, 63);
  return s.shr(a, s.where(s.lt(31, by), s.literal(31, 'int32'), by));
};

/** What an int32 becomes in a narrower integer. */
export function wrap(x: Expr, dtype: 'uint8' | 'int8' | 'int16'): Expr {
  if (dtype === 'uint8') return s.and(x, 255);
  const by = dtype === 'int8' ? 24 : 16;
  return s.shr(s.shl(x, by), by);
}

/** A float as x86 converts it: what is out of range, and NaN, gives the smallest int32. */
export function fromFloat(x: Expr): Expr {
  const fits = s.and(s.lt(x, 2 ** 31), s.le(-(2 ** 31), x));
  const inside = s.where(fits, x, s.literal(0, 'float32'));
  return s.where(fits, s.cast(inside, 'int32'), s.literal(-(2 ** 31), 'int32'));
}

/** Comparisons and extremes of truth values. */
export const bool: {
  readonly max: Binary;
  readonly min: Binary;
  readonly lt: Binary;
  readonly le: Binary;
  readonly eq: Binary;
  readonly ne: Binary;
} = {
  max: (a, b) => s.or(a, b),
  min: (a, b) => s.and(a, b),
  lt: (a, b) => s.and(s.not(a), b),
  le: (a, b) => s.or(s.not(a), b),
  eq: (a, b) => s.not(s.xor(a, b)),
  ne: (a, b) => s.xor(a, b),
};
