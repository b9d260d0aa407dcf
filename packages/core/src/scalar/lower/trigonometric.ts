import { s } from '../builder.ts';
import type { Expr } from '../expr.ts';
import {
  copysign,
  differs,
  INFINITY,
  NAN,
  nearest,
  ONE,
  oddFunction,
  polynomial,
  within,
  ZERO,
} from './parts.ts';

const PI = Math.PI;

// π/2 in parts of at most nine bits, so that their products with quadrants below 2^15 are exact.
const QUADRANT = parts(PI / 2, [7, 19, 28, 37]);

function parts(value: number, bits: readonly number[]): readonly number[] {
  let rest = value;
  const cut = bits.map((b) => {
    const part = Math.floor(rest * 2 ** b) / 2 ** b;
    rest -= part;
    return part;
  });
  return [...cut, rest];
}

/** Beyond this the reduction would lose the fraction of a turn. */
const REDUCIBLE = 51_000;

interface Turned {
  readonly sin: Expr;
  readonly cos: Expr;
  readonly odd: Expr;
  /** True in the third and fourth quadrant. */
  readonly back: Expr;
}

/** sin r and cos r, where x = k π/2 + r and |r| is at most π/4. */
function turn(x: Expr): Turned {
  const k = nearest(s.mul(x, 2 / PI));
  let r = x;
  for (const part of QUADRANT) r = s.sub(r, s.mul(k, part));
  const rr = s.square(r);
  const half = s.mul(k, 0.5);
  const pair = s.floor(half);
  return {
    ...sineAndCosine(r, rr),
    odd: differs(half, pair),
    back: differs(s.mul(pair, 0.5), s.floor(s.mul(pair, 0.5))),
  };
}

function sineAndCosine(r: Expr, rr: Expr): { readonly sin: Expr; readonly cos: Expr } {
  const sin = polynomial([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1], rr);
  const cos = polynomial([2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2], rr);
  return {
    sin: s.add(r, s.mul(s.mul(sin, rr), r)),
    cos: s.add(s.sub(1, s.mul(rr, 0.5)), s.mul(cos, s.square(rr))),
  };
}

/** What a target does by itself takes over where the reduction ends; infinities and NaN have no sine. */
function reduced(x: Expr, op: 'sin' | 'cos' | 'tan', value: (x: Expr) => Expr): Expr {
  const near = s.le(s.abs(x), REDUCIBLE);
  const far = s.where(s.lt(s.abs(x), INFINITY), s[op](x), NAN);
  return s.where(near, value(s.where(near, x, ZERO)), far);
}

export const sin = (x: Expr): Expr =>
  reduced(x, 'sin', (near) => {
    const t = turn(near);
    const value = s.where(t.odd, t.cos, t.sin);
    return s.where(s.eq(near, 0), near, s.where(t.back, s.neg(value), value));
  });

export const cos = (x: Expr): Expr =>
  reduced(x, 'cos', (near) => {
    const t = turn(near);
    const value = s.where(t.odd, t.sin, t.cos);
    return s.where(s.xor(t.odd, t.back), s.neg(value), value);
  });

export const tan = (x: Expr): Expr =>
  reduced(x, 'tan', (near) => {
    const t = turn(near);
    const value = s.where(t.odd, s.neg(s.div(t.cos, t.sin)), s.div(t.sin, t.cos));
    return s.where(s.eq(near, 0), near, value);
  });

const ASIN = [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1];

/** arcsin for arguments up to 1/2. */
function smallAsin(a: Expr, aa: Expr): Expr {
  return s.add(a, s.mul(s.mul(polynomial(ASIN, aa), aa), a));
}

export const asin = (x: Expr): Expr =>
  oddFunction(x, (a) => {
    const z = s.mul(s.sub(1, within(a, 0, 1)), 0.5);
    const outer = s.sub(PI / 2, s.mul(smallAsin(s.sqrt(z), z), 2));
    return s.where(s.gt(a, 1), NAN, s.where(s.lt(a, 0.5), smallAsin(a, s.square(a)), outer));
  });

export function acos(x: Expr): Expr {
  const a = s.abs(x);
  const z = s.mul(s.sub(1, within(a, 0, 1)), 0.5);
  const twice = s.mul(smallAsin(s.sqrt(z), z), 2);
  const outer = s.where(s.lt(x, 0), s.sub(PI, twice), twice);
  const inner = s.sub(PI / 2, smallAsin(x, s.square(x)));
  return s.where(s.gt(a, 1), NAN, s.where(s.lt(a, 0.5), inner, outer));
}

const ATAN = [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1];

/** arctan for magnitudes. */
function positiveAtan(a: Expr): Expr {
  const steep = s.gt(a, 2.414213562373095);
  const middle = s.gt(a, 0.4142135623730951);
  const r = s.where(steep, s.neg(s.div(1, a)), s.where(middle, s.div(s.sub(a, 1), s.add(a, 1)), a));
  const base = s.where(
    steep,
    s.literal(PI / 2, 'float32'),
    s.where(middle, s.literal(PI / 4, 'float32'), ZERO),
  );
  const rr = s.square(r);
  return s.add(base, s.add(s.mul(s.mul(polynomial(ATAN, rr), rr), r), r));
}

export const atan = (x: Expr): Expr => oddFunction(x, positiveAtan);

export function atan2(y: Expr, x: Expr): Expr {
  const ax = s.abs(x);
  const ay = s.abs(y);
  const steep = s.lt(ax, ay);
  const high = s.where(steep, ay, ax);
  const low = s.where(steep, ax, ay);
  const same = s.eq(low, high);
  const ratio = s.where(s.eq(high, 0), ZERO, s.where(same, ONE, s.div(low, high)));
  const angle = positiveAtan(ratio);
  const upper = s.where(steep, s.sub(PI / 2, angle), angle);
  const half = s.where(s.signbit(x), s.sub(PI, upper), upper);
  return s.where(s.or(s.isnan(x), s.isnan(y)), NAN, copysign(half, y));
}

export function hypot(a: Expr, b: Expr): Expr {
  const x = s.abs(a);
  const y = s.abs(b);
  const swap = s.lt(x, y);
  const high = s.where(swap, y, x);
  const low = s.where(swap, x, y);
  const value = s.where(s.eq(high, 0), ZERO, s.mul(high, s.sqrt(s.add(s.square(s.div(low, high)), 1))));
  const number = s.where(s.or(s.isnan(a), s.isnan(b)), NAN, value);
  return s.where(s.or(s.eq(x, INFINITY), s.eq(y, INFINITY)), INFINITY, number);
}
