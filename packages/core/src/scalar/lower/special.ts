import { s } from '../builder.ts';
import type { Expr } from '../expr.ts';
import { exp, log, log1p } from './exponential.ts';
import { copysign, INFINITY, isInfinite, NAN, nearest, ONE, polynomial, within, ZERO } from './parts.ts';
import { sin, tan } from './trigonometric.ts';

const ERF = [
  7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
  1.128358514861418e-1, -3.7612625824233e-1, 1.12837916572671,
];
const ERFC_MIDDLE = [
  2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1, -5.824733027278666e-1,
  6.210004621745983e-1, -4.944515323274145e-1, 3.404879937665872e-1, -2.741127028184656e-1,
  5.638259427386472e-1,
];
const ERFC_TAIL = [
  -1.047766399936249e1, 1.297719955372516e1, -7.495518717768503, 2.921019019210786, -1.0152652792027,
  4.218463358204948e-1, -2.820767439740514e-1, 5.641895067754075e-1,
];

const smallErf = (x: Expr): Expr => s.mul(x, polynomial(ERF, s.square(x)));

/** erfc of magnitudes from 1 on. The square is split so that its rounding does not reach the exponent. */
function tailErfc(magnitude: Expr): Expr {
  const a = within(magnitude, 1, 11);
  const high = s.mul(nearest(s.mul(a, 128)), 1 / 128);
  const rest = s.mul(s.sub(a, high), s.add(a, high));
  const power = s.mul(exp(s.neg(s.square(high))), exp(s.neg(rest)));
  const q = s.div(1, a);
  const qq = s.square(q);
  const series = s.where(s.lt(a, 2), polynomial(ERFC_MIDDLE, qq), polynomial(ERFC_TAIL, qq));
  return s.mul(s.mul(power, q), series);
}

export function erf(x: Expr): Expr {
  const a = s.abs(x);
  return s.where(s.le(1, a), copysign(s.sub(1, tailErfc(a)), x), smallErf(x));
}

export function erfc(x: Expr): Expr {
  const a = s.abs(x);
  const tail = tailErfc(a);
  return s.where(s.le(1, a), s.where(s.lt(x, 0), s.sub(2, tail), tail), s.sub(1, smallErf(x)));
}

const ERFINV_CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const ERFINV_TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/** Giles' approximation for single precision, and a Newton step on erf, or on erfc where erf is close to 1. */
export function erfinv(y: Expr): Expr {
  const a = s.abs(y);
  const inside = within(a, 0, 0.99999994);
  const rest = s.sub(1, inside);
  const w = s.neg(log(s.mul(rest, s.add(1, inside))));
  const centre = polynomial(ERFINV_CENTRE, s.sub(w, 2.5));
  const tail = polynomial(ERFINV_TAIL, s.sub(s.sqrt(within(w, 0, 100)), 3));
  const x = s.mul(inside, s.where(s.lt(w, 5), centre, tail));
  const error = s.where(s.lt(x, 1), s.sub(smallErf(x), inside), s.sub(rest, tailErfc(x)));
  const value = s.sub(x, s.mul(s.mul(error, Math.sqrt(Math.PI) / 2), exp(s.square(x))));
  const signed = copysign(s.where(s.eq(a, 1), INFINITY, value), y);
  return s.where(s.eq(y, 0), y, s.where(s.gt(a, 1), NAN, s.where(s.isnan(y), y, signed)));
}

// lgamma(2 + e) / e for |e| up to 1/2, interpolated at Chebyshev's nodes.
const LGAMMA_AT_TWO = [
  -2.505620443e-4, 5.70251275e-4, -1.187484807e-3, 2.878868674e-3, -7.385920885e-3, 2.058162544e-2,
  -6.735229409e-2, 3.22467018e-1, 4.227843351e-1,
];

/** log Γ of positive arguments: one polynomial around 2, reached by Γ(z + 1) = z Γ(z), and Stirling's series. */
function positiveLgamma(z: Expr): Expr {
  const tiny = s.lt(z, 0.5);
  const low = s.lt(z, 1.5);
  const middle = s.lt(z, 8);
  const steps = s.floor(s.sub(within(z, 1.5, 8), 1.5));
  let product: Expr = ONE;
  for (let i = 1; i <= 6; i++) product = s.mul(product, s.where(s.le(i, steps), s.sub(z, i), ONE));
  const e = s.where(tiny, z, s.where(low, s.sub(z, 1), s.sub(s.sub(z, 2), steps)));
  const near = s.where(middle, e, ZERO);
  const logarithm = log(s.where(tiny, s.mul(z, s.add(z, 1)), s.where(middle, product, z)));
  const around = s.mul(near, polynomial(LGAMMA_AT_TWO, near));
  const lower = s.sub(around, s.where(tiny, logarithm, log1p(near)));
  const inverse = s.div(1, z);
  const series = s.mul(polynomial([1 / 1260, -1 / 360, 1 / 12], s.square(inverse)), inverse);
  // (z - ½) log z - z alone would overflow before the result does.
  const large = s.add(s.mul(s.sub(z, 0.5), s.sub(logarithm, 1)), s.add(series, 0.4189385332046728));
  return s.where(low, lower, s.where(middle, s.add(around, logarithm), large));
}

/** How far `x` is from the nearest integer. */
const fraction = (x: Expr): Expr => s.where(s.lt(s.abs(x), 2 ** 23), s.sub(x, nearest(x)), ZERO);

export function lgamma(x: Expr): Expr {
  const negative = s.le(x, 0);
  const g = positiveLgamma(s.where(negative, s.sub(1, x), x));
  const f = s.abs(fraction(x));
  const reflected = s.sub(log(s.div(Math.PI, sin(s.mul(f, Math.PI)))), g);
  const pole = s.and(negative, s.eq(f, 0));
  const infinite = s.or(isInfinite(x), pole);
  return s.where(infinite, INFINITY, s.where(negative, reflected, g));
}

function positiveDigamma(x: Expr): Expr {
  const low = s.lt(x, 10);
  const z = s.where(low, s.add(x, 6), x);
  let sum: Expr = s.div(1, x);
  for (let i = 1; i < 6; i++) sum = s.add(s.div(1, s.add(x, i)), sum);
  const inverse = s.div(1, z);
  const square = s.square(inverse);
  const series = s.mul(polynomial([1 / 252, -1 / 120, 1 / 12], square), square);
  const value = s.sub(s.sub(log(z), s.mul(inverse, 0.5)), series);
  return s.where(low, s.sub(value, sum), value);
}

export function digamma(x: Expr): Expr {
  const negative = s.lt(x, 0);
  const g = positiveDigamma(s.where(negative, s.sub(1, x), x));
  const f = fraction(x);
  const reflected = s.where(s.eq(f, 0), NAN, s.sub(g, s.div(Math.PI, tan(s.mul(f, Math.PI)))));
  const zero = s.where(s.signbit(x), INFINITY, s.literal(Number.NEGATIVE_INFINITY, 'float32'));
  return s.where(s.eq(x, 0), zero, s.where(negative, s.where(isInfinite(x), NAN, reflected), g));
}
