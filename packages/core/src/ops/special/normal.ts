import { type BinaryOp, binary, type Expr, s, type Tensor, type UnaryOp, unary } from '../../extend/index.ts';
import { constant, horner, tabled } from './horner.ts';
import { erfcx as erfcxTable } from './tables.ts';

const SQRT_2PI = Math.sqrt(2 * Math.PI);
const SQRT_PI = Math.sqrt(Math.PI);

/** The density of the standard normal distribution. */
function density(x: Tensor): Tensor {
  return x.square().mul(-0.5).exp().div(SQRT_2PI);
}

/** The standard normal distribution's integral up to x. */
export const ndtr: UnaryOp = unary('special_ndtr', {
  promotion: 'float',
  forward: (x) => s.mul(s.erfc(s.mul(x, -Math.SQRT1_2)), 0.5),
  grads: [{ in: [0], vjp: (g, c) => g.mul(density(c.input(0))) }],
});

/** e^(x²) erfc(x) for x ≥ 0, in t = 4 / (4 + x). */
const scaledErfc = (x: Expr): Expr => {
  const t = s.div(4, s.add(x, 4));
  return s.mul(t, tabled(t, 0, 1, erfcxTable));
};

/** e^(x²) · erfc(x). */
export const erfcx: UnaryOp = unary('special_erfcx', {
  promotion: 'float',
  forward: (x) => {
    const right = scaledErfc(s.abs(x));
    const left = s.sub(s.mul(s.exp(s.square(x)), 2), right);
    return s.where(s.lt(x, 0), left, right);
  },
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) =>
        g.mul(
          c
            .output()
            .mul(c.input(0))
            .mul(2)
            .sub(2 / SQRT_PI),
        ),
    },
  ],
});

/** log of {@link ndtr}, accurate far to the left. */
export const logNdtr: UnaryOp = unary('special_log_ndtr', {
  promotion: 'float',
  forward: (x) => {
    const a = s.abs(x);
    const tail = s.sub(s.log(s.mul(scaledErfc(s.mul(a, Math.SQRT1_2)), 0.5)), s.mul(s.square(x), 0.5));
    const near = s.log1p(s.mul(s.erfc(s.mul(x, Math.SQRT1_2)), -0.5));
    return s.where(s.lt(x, -1), tail, near);
  },
  grads: [
    {
      in: [0],
      vjp: (g, c) => {
        const scaled = erfcx(c.input(0).mul(-Math.SQRT1_2));
        return g.div(scaled).mul(Math.sqrt(2 / Math.PI));
      },
    },
  ],
});

/** The inverse of {@link ndtr}: a rational start (Abramowitz & Stegun 26.2.23), then Halley steps. */
export const ndtri: UnaryOp = unary('special_ndtri', {
  promotion: 'float',
  forward: (p) => {
    const upper = s.lt(0.5, p);
    const y = s.where(upper, s.sub(1, p), p);
    const t = s.sqrt(s.mul(s.log(y), -2));
    const start = s.div(
      horner(t, [0.010328, 0.802853, 2.515517]),
      horner(t, [0.001308, 0.189269, 1.432788, 1]),
    );
    let x: Expr = s.sub(start, t);
    for (let i = 0; i < 3; i++) {
      const value = s.mul(s.erfc(s.mul(x, -Math.SQRT1_2)), 0.5);
      const slope = s.div(s.exp(s.mul(s.square(x), -0.5)), SQRT_2PI);
      const step = s.div(s.sub(value, y), slope);
      x = s.sub(x, s.div(step, s.add(s.mul(s.mul(x, step), 0.5), 1)));
    }
    const low = s.where(s.eq(y, 0), constant(p, Number.NEGATIVE_INFINITY), x);
    return s.where(upper, s.neg(low), low);
  },
  grads: [{ out: [0], vjp: (g, c) => g.div(density(c.output())) }],
});

/** -x log x; 0 at 0, -infinity below. */
export const entr: UnaryOp = unary('special_entr', {
  promotion: 'float',
  forward: (x) => {
    const value = s.neg(s.mul(x, s.log(x)));
    const edge = s.where(s.eq(x, 0), constant(x, 0), constant(x, Number.NEGATIVE_INFINITY));
    return s.where(s.le(x, 0), edge, value);
  },
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).log().neg().sub(1)) }],
});

/** self · log(1 + other), 0 where self is 0. */
export const xlog1py: BinaryOp = binary('special_xlog1py', {
  promotion: 'float',
  forward: (a, b) => s.where(s.isnan(b), b, s.where(s.eq(a, 0), constant(a, 0), s.mul(a, s.log1p(b)))),
  grads: [
    {
      in: [0, 1],
      vjp: (g, c) => {
        const other = c.input(1);
        return xlog1py(g, other).maskedFill(c.input(0).eq(0).logicalAnd(other.le(-1)), 0);
      },
    },
    { in: [0, 1], vjp: (g, c) => g.mul(c.input(0)).div(c.input(1).add(1)) },
  ],
});
