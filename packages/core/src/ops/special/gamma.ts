import type { GradRecord } from '../../autograd/index.ts';
import { fail } from '../../errors/index.ts';
import {
  type BinaryOp,
  binary,
  type Expr,
  type Operand,
  s,
  Tensor,
  track,
  type UnaryOp,
  unary,
} from '../../extend/index.ts';
import { specialMath } from '../../scalar/index.ts';
import { hostBinary } from '../host.ts';
import { type WithInPlace, withInPlace } from '../internal/inplace.ts';
import { digamma } from '../unary.ts';
import { constant } from './horner.ts';

/** B₂ₖ / (2k)!. */
const bernoulli = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
];
/** Terms that are summed one by one before the rest is taken as an integral with corrections. */
const SUMMED = 24;

/** By Euler's and Maclaurin's formula. */
const zetaOp: BinaryOp = binary('special_zeta', {
  promotion: 'float',
  forward: (x, q) => {
    let sum: Expr = constant(x, 0);
    for (let k = SUMMED - 1; k >= 0; k--) sum = s.add(sum, s.pow(s.add(q, k), s.neg(x)));
    const a = s.add(q, SUMMED);
    const power = s.pow(a, s.neg(x));
    const inverse = s.square(s.reciprocal(a));
    // Σ B₂ₖ / (2k)! · x (x + 1) … (x + 2k - 2) a^(1 - 2k), factored from the last term on.
    let series: Expr = constant(x, 0);
    for (let k = bernoulli.length - 1; k >= 1; k--) {
      const rising = s.mul(s.add(x, 2 * k - 1), s.add(x, 2 * k));
      series = s.mul(s.mul(rising, inverse), s.add(series, bernoulli[k]!));
    }
    const corrections = s.mul(s.div(x, a), s.add(series, bernoulli[0]!));
    const tail = s.mul(power, s.add(s.add(s.div(a, s.sub(x, 1)), 0.5), corrections));
    const value = s.add(sum, tail);
    const pole = constant(x, Number.POSITIVE_INFINITY);
    const nan = constant(x, Number.NaN);
    const whole = s.eq(q, s.floor(q));
    const left = s.where(whole, pole, s.where(s.eq(x, s.floor(x)), value, nan));
    const defined = s.where(s.le(q, 0), left, value);
    return s.where(s.eq(x, 1), pole, s.where(s.lt(x, 1), nan, defined));
  },
  grads: [
    null,
    {
      in: [0, 1],
      vjp: (g, c) => {
        const x = c.input(0);
        return g.mul(x.neg()).mul(zeta(x.add(1), c.operand(1)));
      },
    },
  ],
});

/**
 * ψ'(x) = Σ 1/(x+k)²: by reflection for negative x, by recurrence up to 6 and then the asymptotic series
 * (Abramowitz & Stegun 6.4.12).
 */
const trigamma: UnaryOp = unary('trigamma', {
  promotion: 'float',
  forward: (x) => {
    const negative = s.lt(x, 0.5);
    let z: Expr = s.where(negative, s.sub(1, x), x);
    let sum: Expr = s.literal(0, x.dtype);
    for (let k = 0; k < 8; k++) {
      sum = s.add(sum, s.reciprocal(s.square(z)));
      z = s.add(z, 1);
    }
    const inv = s.reciprocal(z);
    const square = s.square(inv);
    let series: Expr = s.literal(-691 / 2730, x.dtype);
    for (const b of [5 / 66, -1 / 30, 1 / 42, -1 / 30, 1 / 6]) series = s.add(s.mul(series, square), b);
    const tail = s.add(s.add(inv, s.mul(square, 0.5)), s.mul(s.mul(series, square), inv));
    const value = s.add(sum, tail);
    const sine = s.div(Math.PI, s.sin(s.mul(x, Math.PI)));
    return s.where(negative, s.sub(s.square(sine), value), value);
  },
});

/**
 * The Hurwitz zeta function Σ (k + other)^-self; one of the two is a tensor. Only `other` has a derivative. For other < -12 the sum
 * that is worked out is too short, and the result not accurate.
 */
export function zeta(self: Operand, other: Operand): Tensor {
  return other instanceof Tensor ? zetaOp.scalarFirst(self, other) : zetaOp(self as Tensor, other);
}

interface PolygammaAttrs {
  readonly n: number;
}

const polygammaRecord: GradRecord<PolygammaAttrs> = {
  name: 'PolygammaBackward0',
  grads: [{ in: [0], vjp: (g, c) => g.mul(polygamma(c.attrs.n + 1, c.input(0))) }],
};

/** The `n`-th derivative of {@link digamma}. */
export function polygamma(n: number, input: Tensor): Tensor {
  if (n < 0) fail('op/argument', { text: 'polygamma(n, x) does not support negative n.' });
  const x = input.detach();
  const out =
    n === 0
      ? digamma(x)
      : n === 1
        ? trigamma(x)
        : zeta(n + 1, x).mul((n % 2 === 1 ? 1 : -1) * Math.exp(specialMath.lgamma(n + 1)));
  return track(polygammaRecord, out, [input], { n });
}

function multivariate(self: Tensor, p: number): Tensor {
  if (p < 1) fail('op/argument', { text: 'p has to be greater than or equal to 1' });
  const halves = self.newArange(p).to(self.dtype).mul(-0.5);
  const shifted = self.unsqueeze(-1).add(halves);
  return shifted
    .lgamma()
    .sum(-1)
    .add((p * (p - 1) * Math.log(Math.PI)) / 4);
}

const incompleteRecord = (name: string, sign: 1 | -1): GradRecord<undefined> => ({
  name,
  grads: [
    {
      vjp: () => {
        const op = sign === 1 ? 'igamma: input' : 'igammac: input';
        return fail('op/not-implemented', { text: `the derivative for '${op}' is not implemented.` });
      },
    },
    {
      in: [0, 1],
      vjp: (g, c) => {
        const a = c.input(0);
        const x = c.input(1);
        const log = x.log().mul(a.sub(1)).sub(x).sub(a.lgamma());
        return g.mul(log.exp().mul(sign));
      },
    },
  ],
});
const igammaRecord = incompleteRecord('IgammaBackward0', 1);
const igammacRecord = incompleteRecord('IgammacBackward0', -1);

// The number of terms depends on the arguments, so no expression of the scalar vocabulary can do it.
const lowerOnHost = hostBinary('igamma', (a, x) => specialIncomplete(a, x, true), 'tensors');
const upperOnHost = hostBinary('igammac', (a, x) => specialIncomplete(a, x, false), 'tensors');

/** The regularised incomplete gamma function P(self, other), or Q = 1 - P. */
function specialIncomplete(a: number, x: number, lower: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(x) || a < 0 || x < 0) return Number.NaN;
  const edge = (value: number): number => (lower ? value : 1 - value);
  if (a === 0) return x > 0 ? edge(1) : Number.NaN;
  if (x === 0) return edge(0);
  if (!Number.isFinite(a)) return Number.isFinite(x) ? edge(0) : Number.NaN;
  if (!Number.isFinite(x)) return edge(1);
  const scale = Math.exp(a * Math.log(x) - x - specialMath.lgamma(a));
  if (x < a + 1) {
    const p = scale * lowerSeries(a, x);
    return lower ? p : 1 - p;
  }
  const q = scale * upperFraction(a, x);
  return lower ? 1 - q : q;
}

/** Σ xⁿ / (a (a + 1) … (a + n)). */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 100_000; n++) {
    term *= x / (a + n);
    const next = sum + term;
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** The continued fraction 1/(x + 1 - a - 1 (1 - a)/(x + 3 - a - …)) by Lentz's method. */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 100_000; n++) {
    const an = n * (a - n);
    b += 2;
    d = an * d + b;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return h;
}

function lowerIncomplete(self: Tensor, other: Operand): Tensor {
  return track(igammaRecord, lowerOnHost(self, other), [self, other], undefined);
}

function upperIncomplete(self: Tensor, other: Operand): Tensor {
  return track(igammacRecord, upperOnHost(self, other), [self, other], undefined);
}

/** The regularised lower incomplete gamma function; only `other` has a derivative. */
export const igamma: WithInPlace<typeof lowerIncomplete> = withInPlace(lowerIncomplete);
/** The regularised upper incomplete gamma function; only `other` has a derivative. */
export const igammac: WithInPlace<typeof upperIncomplete> = withInPlace(upperIncomplete);
export const gammainc: typeof igamma = igamma;
export const gammaincc: typeof igammac = igammac;
/** log of the multivariate gamma function of dimension `p`. */
export const mvlgamma: WithInPlace<typeof multivariate> = withInPlace(multivariate);
export const multigammaln: typeof mvlgamma = mvlgamma;
