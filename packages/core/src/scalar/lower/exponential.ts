// Ranges are reduced with constants cut so short that the products are exact; polynomials are those of Cephes.

import { s } from '../builder.ts';
import type { Expr } from '../expr.ts';
import {
  differs,
  INFINITY,
  isInfinite,
  leading,
  NAN,
  nearest,
  ONE,
  oddFunction,
  polynomial,
  scale,
  within,
  ZERO,
} from './parts.ts';

const LOG2E = Math.LOG2E;
// ln 2 in two parts, the first of nine bits.
const LN2_HIGH = 0.693359375;
const LN2_LOW = Math.LN2 - LN2_HIGH;

const EXP = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];

/** e^r - 1 for |r| up to ln 2 / 2. */
const smallExpm1 = (r: Expr): Expr => s.add(s.mul(polynomial(EXP, r), s.square(r)), r);

interface Reduced {
  readonly k: Expr;
  /** e^r - 1, where x = k ln 2 + r. */
  readonly q: Expr;
}

function reduceExp(x: Expr): Reduced {
  const k = nearest(s.mul(x, LOG2E));
  const r = s.sub(s.sub(x, s.mul(k, LN2_HIGH)), s.mul(k, LN2_LOW));
  return { k, q: smallExpm1(r) };
}

const OVERFLOW = 88.72283935546875;

export function exp(x: Expr): Expr {
  const { k, q } = reduceExp(within(x, -104, 89));
  return s.where(s.gt(x, OVERFLOW), INFINITY, scale(s.add(q, 1), k));
}

export function expm1(x: Expr): Expr {
  const { k, q } = reduceExp(within(x, -30, 89));
  const power = s.exp2(within(k, -64, 64));
  const small = s.add(s.mul(power, q), s.sub(power, 1));
  const value = s.where(s.gt(k, 30), scale(s.add(q, 1), k), small);
  return s.where(s.eq(x, 0), x, s.where(s.gt(x, OVERFLOW), INFINITY, value));
}

/** 2^(k + f) for an integer k and |f| up to about 1/2. */
export const exp2Of = (k: Expr, f: Expr): Expr => scale(s.add(smallExpm1(s.mul(f, Math.LN2)), 1), k);

export function exp2(x: Expr): Expr {
  const near = within(x, -150, 129);
  const k = nearest(near);
  return s.where(s.le(128, x), INFINITY, exp2Of(k, s.sub(near, k)));
}

/** 2 artanh z = log((1 + z) / (1 - z)) for |z| up to 0.18. */
export function twiceArtanh(z: Expr): Expr {
  const zz = s.square(z);
  const tail = polynomial([2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3], zz);
  return s.add(s.mul(s.mul(tail, zz), z), s.mul(z, 2));
}

/** x = 2ᵉ m with m between about √½ and √2, for positive x. */
export function split(x: Expr): { readonly e: Expr; readonly m: Expr } {
  const positive = s.where(s.lt(x, 1e-37), s.literal(1e-37, 'float32'), x);
  const e = nearest(s.log2(positive));
  return { e, m: scale(x, s.neg(e)) };
}

function logarithm(x: Expr, combine: (e: Expr, logM: Expr) => Expr): Expr {
  const { e, m } = split(s.where(s.lt(x, INFINITY), x, ONE));
  const value = combine(e, twiceArtanh(s.div(s.sub(m, 1), s.add(m, 1))));
  const special = s.where(s.eq(x, 0), s.literal(Number.NEGATIVE_INFINITY, 'float32'), NAN);
  return s.where(s.gt(x, 0), s.where(s.eq(x, INFINITY), INFINITY, value), special);
}

export const log = (x: Expr): Expr =>
  logarithm(x, (e, log) => s.add(s.mul(e, LN2_HIGH), s.add(log, s.mul(e, LN2_LOW))));

export const log2 = (x: Expr): Expr => logarithm(x, (e, log) => s.add(e, s.mul(log, LOG2E)));

// log10 2 in two parts, the first of nine bits.
const LOG10_2_HIGH = 0.30078125;
const LOG10_2_LOW = Math.log10(2) - LOG10_2_HIGH;

export const log10 = (x: Expr): Expr =>
  logarithm(x, (e, log) =>
    s.add(s.mul(e, LOG10_2_HIGH), s.add(s.mul(log, Math.LOG10E), s.mul(e, LOG10_2_LOW))),
  );

/** log(1 + x) by its own quotient near 0, so that nothing is lost in 1 + x. */
export function log1p(x: Expr): Expr {
  const near = s.and(s.lt(-0.29, x), s.lt(x, 0.41));
  const small = twiceArtanh(s.div(x, s.add(x, 2)));
  return s.where(s.eq(x, 0), x, s.where(near, small, log(s.add(x, 1))));
}

/** (e^(x/2))² / 2: half of e^x where that alone would overflow. */
function halfExp(x: Expr): Expr {
  const root = exp(s.mul(x, 0.5));
  return s.mul(s.mul(root, 0.5), root);
}

export const sinh = (x: Expr): Expr =>
  oddFunction(x, (a) => {
    const e = expm1(within(a, 0, 20));
    const small = s.mul(s.add(e, s.div(e, s.add(e, 1))), 0.5);
    return s.where(s.lt(a, 20), small, halfExp(a));
  });

export function cosh(x: Expr): Expr {
  const a = s.abs(x);
  const e = exp(within(a, 0, 20));
  return s.where(s.lt(a, 20), s.mul(s.add(e, s.div(ONE, e)), 0.5), halfExp(a));
}

export const tanh = (x: Expr): Expr =>
  oddFunction(x, (a) => {
    const e = expm1(s.mul(within(a, 0, 15), 2));
    return s.div(e, s.add(e, 2));
  });

export function sigmoid(x: Expr): Expr {
  const e = exp(s.neg(s.abs(x)));
  return s.div(s.where(s.lt(x, 0), e, ONE), s.add(e, 1));
}

/** From here on, √(x² ± 1) is x. */
const LARGE = 1e8;

export const asinh = (x: Expr): Expr =>
  oddFunction(x, (a) => {
    const b = within(a, 0, LARGE);
    const bb = s.square(b);
    const small = log1p(s.add(b, s.div(bb, s.add(s.sqrt(s.add(bb, 1)), 1))));
    return s.where(s.lt(a, LARGE), small, s.add(log(a), Math.LN2));
  });

export function acosh(x: Expr): Expr {
  const t = s.sub(within(x, 1, LARGE), 1);
  const small = log1p(s.add(t, s.sqrt(s.mul(t, s.add(t, 2)))));
  return s.where(s.lt(x, 1), NAN, s.where(s.lt(x, LARGE), small, s.add(log(x), Math.LN2)));
}

export const atanh = (x: Expr): Expr =>
  oddFunction(x, (a) => {
    const inside = s.mul(log1p(s.div(s.mul(a, 2), s.sub(1, within(a, 0, 0.99999994)))), 0.5);
    return s.where(s.lt(a, 1), inside, s.where(s.eq(a, 1), INFINITY, NAN));
  });

/** C's pow: log2 |a| is held in two parts, and so are the factors, so that the exponent keeps its precision. */
export function pow(a: Expr, b: Expr): Expr {
  const size = s.abs(a);
  const value = magnitude(size, b);
  const integer = s.eq(b, s.floor(b));
  const half = s.mul(b, 0.5);
  const odd = s.and(integer, s.and(differs(half, s.floor(half)), s.lt(s.abs(b), INFINITY)));
  const signed = s.where(s.and(odd, s.signbit(a)), s.neg(value), value);
  const real = s.and(s.and(s.lt(a, 0), s.lt(size, INFINITY)), s.not(integer));
  const general = s.where(s.or(real, s.or(s.isnan(a), s.isnan(b))), NAN, signed);
  const square = s.square(a);
  const powers = s.where(
    s.eq(b, 1),
    a,
    s.where(
      s.eq(b, 2),
      square,
      s.where(s.eq(b, 3), s.mul(square, a), s.where(s.eq(b, -1), s.div(1, a), general)),
    ),
  );
  return s.where(s.or(s.eq(b, 0), s.eq(a, 1)), ONE, powers);
}

const grid = (x: Expr, unit: number): Expr => s.mul(nearest(s.mul(x, unit)), 1 / unit);

// 2 / ln 2 in two parts, the first of twelve bits.
const C_HIGH = 2954 / 1024;
const C_LOW = 2 / Math.LN2 - C_HIGH;

/** |a|ᵇ for |a| not NaN. */
function magnitude(size: Expr, b: Expr): Expr {
  const usual = s.and(s.gt(size, 0), s.lt(size, INFINITY));
  const { e, m } = split(s.where(usual, size, ONE));
  // log2 m = 2 / ln 2 (z + z³/3 + …), z = (m - 1) / (m + 1) = high + low.
  const z = s.div(s.sub(m, 1), s.add(m, 1));
  const high = grid(z, 4096);
  const mHigh = grid(m, 4096);
  const rest = s.add(
    s.sub(s.sub(mHigh, 1), s.mul(high, s.add(mHigh, 1))),
    s.mul(s.sub(m, mHigh), s.sub(1, high)),
  );
  const low = s.div(rest, s.add(m, 1));
  const zz = s.square(z);
  const series = polynomial(
    [2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3].map((c) => c / Math.LN2),
    zz,
  );
  const main = s.mul(high, C_HIGH);
  const minor = s.add(s.add(s.mul(high, C_LOW), s.mul(low, 2 / Math.LN2)), s.mul(s.mul(series, zz), z));
  // b log2 |a|, of which the product of the leading parts is exact.
  const log = s.add(e, s.add(main, minor));
  const t = leading(log);
  const tRest = s.add(s.add(s.sub(e, t), main), minor);
  const bounded = within(b, -1e30, 1e30);
  const bHigh = leading(bounded);
  const product = s.mul(bHigh, t);
  const wide = s.lt(300, s.abs(product));
  const w = within(product, -300, 300);
  const wRest = s.where(
    wide,
    ZERO,
    within(s.add(s.mul(s.sub(bounded, bHigh), t), s.mul(bounded, tRest)), -300, 300),
  );
  const k = within(nearest(s.add(w, wRest)), -200, 200);
  const f = within(s.add(s.sub(w, k), wRest), -1, 1);
  const value = s.where(s.gt(k, 128), INFINITY, s.where(s.lt(k, -150), ZERO, exp2Of(k, f)));
  const atZero = s.where(s.lt(b, 0), INFINITY, ZERO);
  const atInfinity = s.where(s.lt(b, 0), ZERO, INFINITY);
  const grows = s.not(s.xor(s.lt(1, size), s.lt(0, b)));
  const toInfinity = s.where(s.eq(size, 1), ONE, s.where(grows, INFINITY, ZERO));
  return s.where(
    s.eq(size, 0),
    atZero,
    s.where(s.eq(size, INFINITY), atInfinity, s.where(isInfinite(b), toInfinity, value)),
  );
}
