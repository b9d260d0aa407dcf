import { s } from '../builder.ts';
import type { Expr } from '../expr.ts';
import { copysign, differs, INFINITY, isInfinite, leading, NAN, ONE, ZERO } from './parts.ts';

type Binary = (a: Expr, b: Expr) => Expr;

/** `a` or `b`, whichever `takes`, and NaN where there is one. */
const extreme =
  (takesFirst: Binary): Binary =>
  (a, b) =>
    s.where(s.isnan(a), a, s.where(s.isnan(b), b, s.where(takesFirst(a, b), a, b)));

export const max: Binary = extreme((a, b) => s.lt(b, a));
export const min: Binary = extreme((a, b) => s.lt(a, b));

export const sign = (x: Expr): Expr =>
  s.where(
    s.gt(x, 0),
    s.literal(1, x.dtype),
    s.where(s.lt(x, 0), s.literal(-1, x.dtype), s.literal(0, x.dtype)),
  );

/** To the nearest integer, halves to even. */
export function round(x: Expr): Expr {
  const a = s.abs(x);
  const down = s.floor(a);
  const rest = s.sub(a, down);
  const half = s.mul(down, 0.5);
  const odd = differs(half, s.floor(half));
  const up = s.or(s.gt(rest, 0.5), s.and(s.eq(rest, 0.5), odd));
  return s.where(s.lt(a, 2 ** 23), copysign(s.where(up, s.add(down, 1), down), x), x);
}

/**
 * `a - q b` for the multiple q of `unit` from a quarter below a / b to three quarters above, of at most twelve bits: no step rounds,
 * also where the quotient is off in its last places.
 */
function rest(a: Expr, b: Expr, bHigh: Expr, bLow: Expr, unit: number): Expr {
  const q = s.mul(s.floor(s.add(s.mul(s.div(a, b), 1 / unit), 0.25)), unit);
  return s.sub(s.sub(a, s.mul(q, bHigh)), s.mul(q, bLow));
}

/** Quotients from here on have no exact remainder. */
const LARGEST_QUOTIENT = 2 ** 46;

/** |a| mod |b| for finite a, 0 where the quotient is too large for it to matter to the quotient. */
function remains(a: Expr, b: Expr): { readonly r: Expr; readonly lost: Expr } {
  // A rounded quotient times b may be more than a, which has to stay a number.
  const size = s.abs(a);
  const huge = s.lt(2 ** 100, size);
  const down = s.where(huge, s.literal(2 ** -8, 'float32'), ONE);
  const dividend = s.mul(size, down);
  const divisor = s.mul(s.abs(b), down);
  const high = leading(divisor);
  const low = s.sub(divisor, high);
  let r = dividend;
  for (const unit of [2 ** 34, 2 ** 22, 2 ** 10, 1]) r = rest(r, divisor, high, low, unit);
  r = s.where(s.lt(r, 0), s.add(r, divisor), r);
  r = s.where(s.le(divisor, r), s.sub(r, divisor), r);
  const lost = s.not(s.lt(s.div(dividend, divisor), LARGEST_QUOTIENT));
  const inside = s.where(s.lt(dividend, divisor), dividend, s.abs(r));
  const back = s.where(huge, s.literal(2 ** 8, 'float32'), ONE);
  return { r: copysign(s.where(lost, ZERO, s.mul(inside, back)), a), lost };
}

/** The exact remainder; NaN where the quotient is 2^46 or more, rather than a wrong one. */
export function fmod(a: Expr, b: Expr): Expr {
  const { r, lost } = remains(a, b);
  const none = s.or(s.or(s.eq(b, 0), isInfinite(a)), s.or(s.isnan(a), s.isnan(b)));
  return s.where(s.or(none, lost), NAN, r);
}

export function remainder(a: Expr, b: Expr): Expr {
  const r = fmod(a, b);
  const other = s.and(differs(r, 0), s.xor(s.lt(r, 0), s.lt(b, 0)));
  return s.where(other, s.add(r, b), r);
}

/** Python's // for floats, from the remainder, so that the quotient is that of exact arithmetic. */
export function floordiv(a: Expr, b: Expr): Expr {
  const { r } = remains(a, b);
  const whole = s.div(s.sub(a, r), b);
  const below = s.and(differs(r, 0), s.xor(s.lt(b, 0), s.lt(r, 0)));
  const q = s.where(below, s.sub(whole, 1), whole);
  const down = s.floor(q);
  const value = s.where(s.gt(s.sub(q, down), 0.5), s.add(down, 1), down);
  const negative = s.xor(s.signbit(a), s.signbit(b));
  const signed = (x: Expr): Expr => s.where(negative, s.neg(x), x);
  const byZero = s.where(s.or(s.eq(a, 0), s.isnan(a)), NAN, signed(INFINITY));
  const none = s.or(s.or(s.isnan(a), s.isnan(b)), isInfinite(a));
  return s.where(s.eq(b, 0), byZero, s.where(none, NAN, s.where(s.eq(q, 0), signed(ZERO), value)));
}

const truth = (x: Expr): Expr => differs(x, 0);
const asFloat = (x: Expr): Expr => s.where(x, ONE, ZERO);

export const and: Binary = (a, b) => asFloat(s.and(truth(a), truth(b)));
export const or: Binary = (a, b) => asFloat(s.or(truth(a), truth(b)));
export const xor: Binary = (a, b) => asFloat(s.xor(truth(a), truth(b)));
export const not = (x: Expr): Expr => asFloat(s.eq(x, 0));

/** Comparing a value with itself tells NaN from numbers, which optimisers take for a truth. */
export const eq: Binary = (a, b) => (a === b ? s.not(s.isnan(a)) : s.eq(a, b));
export const ne: Binary = (a, b) => (a === b ? s.isnan(a) : differs(a, b));
