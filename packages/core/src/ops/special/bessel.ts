import { type Expr, s, type Tensor, type UnaryOp, unary } from '../../extend/index.ts';
import { constant, tabled } from './horner.ts';
import * as table from './tables.ts';

const QUARTER = Math.PI / 4;

// Modified Bessel functions of the first kind, divided by e^|x|: a table up to 8, one in 8 / x beyond.

const scaledI0 = (x: Expr): Expr => {
  const a = s.abs(x);
  const large = s.div(tabled(s.div(8, a), 0, 1, table.i0eLarge), s.sqrt(a));
  return s.where(s.le(a, 8), tabled(a, 0, 8, table.i0eSmall), large);
};

const scaledI1 = (x: Expr): Expr => {
  const a = s.abs(x);
  const large = s.div(tabled(s.div(8, a), 0, 1, table.i1eLarge), s.sqrt(a));
  const value = s.where(s.le(a, 8), s.mul(a, tabled(a, 0, 8, table.i1eSmall)), large);
  return s.where(s.lt(x, 0), s.neg(value), value);
};

/** The modified Bessel function of the first kind of order 0. */
export const i0: UnaryOp = unary('i0', {
  promotion: 'float',
  forward: (x) => s.mul(scaledI0(x), s.exp(s.abs(x))),
  grads: [{ in: [0], vjp: (g, c) => g.mul(i1(c.input(0))) }],
});

/** {@link i0} · e^-|x|. */
export const i0e: UnaryOp = unary('special_i0e', {
  promotion: 'float',
  forward: scaledI0,
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => g.mul(i1e(c.input(0)).sub(c.input(0).sgn().mul(c.output()))),
    },
  ],
});

/** The modified Bessel function of the first kind of order 1. */
export const i1: UnaryOp = unary('special_i1', {
  promotion: 'float',
  forward: (x) => s.mul(scaledI1(x), s.exp(s.abs(x))),
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const x = c.input(0);
        return g.mul(i0(x).sub(overX(x, c.output())));
      },
    },
  ],
});

/** {@link i1} · e^-|x|. */
export const i1e: UnaryOp = unary('special_i1e', {
  promotion: 'float',
  forward: scaledI1,
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const x = c.input(0);
        const out = c.output();
        return g.mul(i0e(x).sub(overX(x, out)).sub(x.sgn().mul(out)));
      },
    },
  ],
});

/** out / x for an `out` that goes to x / 2 at 0. */
function overX(x: Tensor, out: Tensor): Tensor {
  const zero = x.eq(0);
  return out.maskedFill(zero, 0).div(x.maskedFill(zero, 1)).add(zero.mul(0.5));
}

// Modified Bessel functions of the second kind: below 2 a regular part and the logarithm times the first kind.

const logHalf = (x: Expr): Expr => s.log(s.mul(x, 0.5));

const k0Below2 = (x: Expr): Expr => {
  const z = s.square(x);
  const regular = tabled(z, 0, 4, table.k0Small);
  return s.sub(regular, s.mul(logHalf(x), tabled(z, 0, 4, table.i0Two)));
};

const k1Below2 = (x: Expr): Expr => {
  const z = s.square(x);
  const regular = s.div(tabled(z, 0, 4, table.k1Small), x);
  return s.add(regular, s.mul(logHalf(x), s.mul(x, tabled(z, 0, 4, table.i1Two))));
};

const k = (
  name: string,
  below: (x: Expr) => Expr,
  coefficients: readonly number[],
  scaled: boolean,
): UnaryOp =>
  unary(name, {
    promotion: 'float',
    forward: (x) => {
      const tail = s.div(tabled(s.div(2, x), 0, 1, coefficients), s.sqrt(x));
      const near = scaled ? s.mul(below(x), s.exp(x)) : below(x);
      const value = s.where(s.le(x, 2), near, scaled ? tail : s.mul(tail, s.exp(s.neg(x))));
      const outside = s.where(s.lt(x, 0), constant(x, Number.NaN), constant(x, Number.POSITIVE_INFINITY));
      return s.where(s.le(x, 0), outside, value);
    },
  });

/** The modified Bessel function of the second kind of order 0; infinite at 0, NaN below. */
export const modifiedBesselK0: UnaryOp = k('special_modified_bessel_k0', k0Below2, table.k0Large, false);
/** The modified Bessel function of the second kind of order 1; infinite at 0, NaN below. */
export const modifiedBesselK1: UnaryOp = k('special_modified_bessel_k1', k1Below2, table.k1Large, false);
/** {@link modifiedBesselK0} · e^x. */
export const scaledModifiedBesselK0: UnaryOp = k(
  'special_scaled_modified_bessel_k0',
  k0Below2,
  table.k0Large,
  true,
);
/** {@link modifiedBesselK1} · e^x. */
export const scaledModifiedBesselK1: UnaryOp = k(
  'special_scaled_modified_bessel_k1',
  k1Below2,
  table.k1Large,
  true,
);

/** The modified Bessel function of the first kind of order 0, without a derivative. */
export const modifiedBesselI0: UnaryOp = unary('special_modified_bessel_i0', {
  promotion: 'float',
  forward: (x) => s.mul(scaledI0(x), s.exp(s.abs(x))),
});
/** The modified Bessel function of the first kind of order 1, without a derivative. */
export const modifiedBesselI1: UnaryOp = unary('special_modified_bessel_i1', {
  promotion: 'float',
  forward: (x) => s.mul(scaledI1(x), s.exp(s.abs(x))),
});

// Bessel functions: a table in x² up to 5; beyond, √(2/πx) (P cos θ - Q sin θ) and (P sin θ + Q cos θ).

interface Wave {
  readonly p: readonly number[];
  readonly q: readonly number[];
  /** θ = x - shift. */
  readonly shift: number;
}

const order0: Wave = { p: table.phaseP0, q: table.phaseQ0, shift: QUARTER };
const order1: Wave = { p: table.phaseP1, q: table.phaseQ1, shift: 3 * QUARTER };

function wave(x: Expr, { p, q, shift }: Wave, kind: 'j' | 'y'): Expr {
  const inverse = s.div(5, x);
  const t = s.square(inverse);
  const even = tabled(t, 0, 1, p);
  const odd = s.mul(inverse, s.mul(tabled(t, 0, 1, q), 5));
  const theta = s.sub(x, shift);
  const sum =
    kind === 'j'
      ? s.sub(s.mul(even, s.cos(theta)), s.mul(odd, s.sin(theta)))
      : s.add(s.mul(even, s.sin(theta)), s.mul(odd, s.cos(theta)));
  return s.mul(s.sqrt(s.div(2 / Math.PI, x)), sum);
}

const j0Below5 = (x: Expr): Expr => tabled(s.square(x), 0, 25, table.j0Small);
const j1Below5 = (x: Expr): Expr => s.mul(x, tabled(s.square(x), 0, 25, table.j1Small));
const far = (x: Expr, waves: Expr): Expr => s.where(s.isinf(x), constant(x, 0), waves);

/** The Bessel function of the first kind of order 0. */
export const besselJ0: UnaryOp = unary('special_bessel_j0', {
  promotion: 'float',
  forward: (x) => {
    const a = s.abs(x);
    return s.where(s.le(a, 5), j0Below5(a), far(a, wave(a, order0, 'j')));
  },
});

/** The Bessel function of the first kind of order 1. */
export const besselJ1: UnaryOp = unary('special_bessel_j1', {
  promotion: 'float',
  forward: (x) => {
    const a = s.abs(x);
    const value = s.where(s.le(a, 5), j1Below5(a), far(a, wave(a, order1, 'j')));
    return s.where(s.lt(x, 0), s.neg(value), value);
  },
});

const secondKind = (
  name: string,
  order: Wave,
  regular: (x: Expr) => Expr,
  first: (x: Expr) => Expr,
): UnaryOp =>
  unary(name, {
    promotion: 'float',
    forward: (x) => {
      const near = s.add(regular(x), s.mul(s.mul(logHalf(x), first(x)), 2 / Math.PI));
      const value = s.where(s.le(x, 5), near, far(x, wave(x, order, 'y')));
      const outside = s.where(s.lt(x, 0), constant(x, Number.NaN), constant(x, Number.NEGATIVE_INFINITY));
      return s.where(s.le(x, 0), outside, value);
    },
  });

/** The Bessel function of the second kind of order 0; -infinity at 0, NaN below. */
export const besselY0: UnaryOp = secondKind(
  'special_bessel_y0',
  order0,
  (x) => tabled(s.square(x), 0, 25, table.y0Small),
  j0Below5,
);
/** The Bessel function of the second kind of order 1; -infinity at 0, NaN below. */
export const besselY1: UnaryOp = secondKind(
  'special_bessel_y1',
  order1,
  (x) => s.div(tabled(s.square(x), 0, 25, table.y1Small), x),
  j1Below5,
);

/** The spherical Bessel function of the first kind of order 0: sin x / x. */
export const sphericalBesselJ0: UnaryOp = unary('special_spherical_bessel_j0', {
  promotion: 'float',
  forward: (x) => {
    const z = s.square(x);
    let series: Expr = constant(x, 1);
    for (const n of [10, 8, 6, 4, 2]) series = s.sub(1, s.div(s.mul(z, series), n * (n + 1)));
    return s.where(s.isinf(x), constant(x, 0), s.where(s.lt(s.abs(x), 0.5), series, s.div(s.sin(x), x)));
  },
});

// ζ = 2/3 |x|^(3/2). Between -2 and 2 a table; outside the asymptotic forms with tables in 1 / ζ.
const ZETA_AT_2 = (2 / 3) * 2 ** 1.5;

/** The Airy function Ai. */
export const airyAi: UnaryOp = unary('special_airy_ai', {
  promotion: 'float',
  forward: (x) => {
    const a = s.abs(x);
    const zeta = s.mul(s.mul(a, s.sqrt(a)), 2 / 3);
    const t = s.div(ZETA_AT_2, zeta);
    const root = s.sqrt(s.sqrt(a));
    const right = s.div(s.mul(s.exp(s.neg(zeta)), tabled(t, 0, 1, table.airyRight)), root);
    const angle = s.sub(zeta, QUARTER);
    const u = s.square(t);
    const even = s.mul(s.cos(angle), tabled(u, 0, 1, table.airyLeftP));
    const odd = s.mul(s.sin(angle), s.mul(t, tabled(u, 0, 1, table.airyLeftQ)));
    const left = s.div(s.add(even, odd), root);
    const centre = tabled(x, -2, 2, table.airyCentre);
    const value = s.where(s.le(a, 2), centre, s.where(s.lt(x, 0), left, right));
    const limit = s.where(s.lt(x, 0), constant(x, Number.NaN), constant(x, 0));
    return s.where(s.isinf(x), limit, value);
  },
});
