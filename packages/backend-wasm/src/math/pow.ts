import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { exp2Poly as preciseExp2Poly } from './exp.ts';
import { horner, intToFloat, magic, mantissaBits, pow2, scale } from './poly.ts';
import type { Twofold } from './twofold.ts';
import { exactProduct, fastSum, product } from './twofold.ts';

// log2((1 + s)/(1 − s)) on |s| ≤ 3 − 2√2, good to 2^−52; 2^r on |r| ≤ ½, good to 2^−34.
const log2Poly = [
  2.885390081777927, 0.9617966939244094, 0.5770780172284554, 0.41219840387538975, 0.32061629784268064,
  0.2614463705053297, 0.24289719387475175,
];
const exp2Poly = [
  1, 0.6931471807047633, 0.2402265106700295, 0.055504103653927696, 0.009618038059640156, 0.001333393535519003,
  0.00015466781519833306, 1.5196134380854256e-5,
];
const sqrtHalfBits = 0x3fe6a09e667f3bcdn;

// log2((1 + s)/(1 − s)) = c0·s + c1·s³ + s⁵·Q(s²), to 2^−73.
const c0 = [2.8853900817779268, 4.0710547481862066e-17] as const;
const c1 = [0.9617966939259756, 5.0577616648125907e-17] as const;
const preciseTail = [
  0.5770780163555851, 0.4121985831113454, 0.32059889791288515, 0.26230819864612853, 0.22195227103199983,
  0.19240130282045173, 0.1684517672480861, 0.1728163752632033,
];

interface Mantissa<D extends LaneTypes> {
  readonly n: Expr<D['value']>;
  readonly m: Expr<D['value']>;
}

/** `size = m·2^n` with m in [√½, √2). */
function mantissa<D extends LaneTypes>(
  d: FloatLanes<D>,
  size: Expr<D['value']>,
  denormals: boolean,
): Mantissa<D> {
  const base = d.int(sqrtHalfBits);
  const tiny = d.let(d.lt(size, d.const(2 ** -1022)));
  const normal = denormals ? d.let(d.select(tiny, d.mul(size, d.const(2 ** 54)), size)) : size;
  const above = d.let(d.isub(d.bits(normal), base));
  const fraction = d.iand(above, d.int((1n << 52n) - 1n));
  const origin = d.const(magic.f64);
  const lifted = denormals ? d.select(tiny, d.const(magic.f64 + 54), origin) : origin;
  return {
    n: d.let(intToFloat(d, d.shrS(above, mantissaBits.f64), lifted)),
    m: d.let(d.fromBits(d.iadd(fraction, base))),
  };
}

function quickLog2<D extends LaneTypes>(d: FloatLanes<D>, size: Expr<D['value']>): Expr<D['value']> {
  const { n, m } = mantissa(d, size, false);
  const s = d.let(d.div(d.sub(m, d.const(1)), d.add(m, d.const(1))));
  return d.madd(s, horner(d, d.let(d.mul(s, s)), log2Poly), n);
}

/** To some 68 bits. */
function preciseLog2<D extends LaneTypes>(d: FloatLanes<D>, size: Expr<D['value']>): Twofold<D> {
  const { n, m } = mantissa(d, size, true);
  const one = d.const(1);
  const zero = d.const(0);
  const f = d.let(d.sub(m, one));
  const g = d.let(d.add(m, one));
  const gLow = d.sub(m, d.sub(g, one));
  const quotient = d.let(d.div(f, g));
  const back = exactProduct(d, quotient, g);
  const rest = d.sub(d.sub(d.sub(f, back.high), back.low), d.mul(quotient, gLow));
  const s: Twofold<D> = { high: quotient, low: d.let(d.div(rest, g)) };
  const z = product(d, s, s);
  const cubic = product(d, z, { high: d.const(c1[0]), low: d.const(c1[1]) });
  const small = d.let(d.mul(d.mul(z.high, z.high), horner(d, z.high, preciseTail)));
  const higher = fastSum(d, cubic.high, small, cubic.low);
  const factor = fastSum(d, d.const(c0[0]), higher.high, d.add(higher.low, d.const(c0[1])));
  const fraction = product(d, s, factor);
  const whole = d.eq(n, zero);
  const log2 = fastSum(d, n, fraction.high, fraction.low);
  return {
    high: d.let(d.select(whole, fraction.high, log2.high)),
    low: d.let(d.select(whole, fraction.low, log2.low)),
  };
}

/** log2 as `estimate` has it, with the ends of the range and NaN put right. */
function ends<D extends LaneTypes>(
  d: FloatLanes<D>,
  x: Expr<D['value']>,
  size: Expr<D['value']>,
  estimate: Expr<D['value']>,
): Expr<D['value']> {
  const infinity = d.const(Infinity);
  const positive = d.let(d.select(d.eq(size, d.const(0)), d.const(-Infinity), estimate));
  return d.select(d.le(infinity, size), infinity, d.let(d.select(d.ne(x, x), x, positive)));
}

/** `|x|^y` before C's special cases: for float32 in quick double precision, for float64 in twofold. */
function magnitude<D extends LaneTypes>(
  d: FloatLanes<D>,
  x: Expr<D['value']>,
  y: Expr<D['value']>,
  size: Expr<D['value']>,
  precise: boolean,
): Expr<D['value']> {
  const zero = d.const(0);
  const both = precise ? preciseLog2(d, size) : { high: d.let(quickLog2(d, size)), low: zero };
  const log2 = d.let(ends(d, x, size, both.high));
  // 1^∞ is 1.
  const plain = d.let(d.select(d.eq(log2, zero), zero, d.mul(log2, y)));
  const bounded = d.let(precise ? d.clamp(plain, -1080, 1030) : d.clamp(plain, -1022, 1023));
  const round = d.const(magic.f64);
  const shifted = d.let(d.add(bounded, round));
  const r = d.let(d.sub(bounded, d.sub(shifted, round)));
  if (!precise) return d.mul(horner(d, r, exp2Poly), pow2(d, d.bits(shifted)));
  const lost = d.let(d.madd(both.low, y, exactProduct(d, both.high, y).low));
  const inside = d.eq(bounded, plain);
  const exact = d.let(d.add(r, d.select(d.and(inside, d.le(d.abs(lost), d.const(1))), lost, zero)));
  return scale(d, horner(d, exact, preciseExp2Poly.f64), d.bits(shifted));
}

/** C's and PyTorch's `pow`: `pow(1, y)` and `pow(x, 0)` are 1 even for NaN. */
function specials<D extends LaneTypes>(
  d: FloatLanes<D>,
  x: Expr<D['value']>,
  y: Expr<D['value']>,
  size: Expr<D['value']>,
): Expr<D['value']> {
  const zero = d.const(0);
  const one = d.const(1);
  const half = d.let(d.mul(y, d.const(0.5)));
  const integer = d.let(d.eq(d.trunc(y), y));
  const odd = d.and(integer, d.ne(d.trunc(half), half));
  const signed = d.let(d.select(odd, d.copysign(size, x), size));
  const root = d.and(d.and(d.lt(x, zero), d.lt(d.const(-Infinity), x)), d.not(integer));
  const defined = d.let(d.select(root, d.const(NaN), signed));
  return d.select(d.or(d.eq(x, one), d.eq(y, zero)), one, defined);
}

export function pow<L extends LaneTypes>(
  o: FloatLanes<L>,
  x: Expr<L['value']>,
  y: Expr<L['value']>,
): Expr<L['value']> {
  return o.viaDouble([x, y], (d, [a, b]) => {
    const base = d.let(a as Expr);
    const power = d.let(b as Expr);
    const size = d.let(magnitude(d, base, power, d.let(d.abs(base)), o.element === 'f64'));
    return specials(d, base, power, size);
  });
}
