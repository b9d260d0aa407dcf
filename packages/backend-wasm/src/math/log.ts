import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { ln2 } from './exp.ts';
import { horner, intToFloat, magic, mantissaBits, pow2 } from './poly.ts';

type Element = 'f32' | 'f64';

// Minimax over [√½ − 1, √2 − 1]: (log(1 + f) − f + f²/2)/f³.
const cubic = [
  0.33333313, -0.25000012, 0.20002075, -0.16667855, 0.1422019, -0.124081776, 0.11886557, -0.116609074,
  0.06732443,
];
// Minimax over |s| ≤ 3 − 2√2: (log((1 + s)/(1 − s)) − 2s)/s³ in s².
const series = [
  0.6666666666666666, 0.40000000000003116, 0.28571428570454455, 0.22222222376096307, 0.1818180440582659,
  0.15385341412079345, 0.13311278310384542, 0.12109034762724884, 0.08832553601237543,
];

const smallestNormal = { f32: 2 ** -126, f64: 2 ** -1022 };
const lift = { f32: 23, f64: 54 };
const sqrtHalfBits: { readonly [K in Element]: bigint } = { f32: 0x3f3504f3n, f64: 0x3fe6a09e667f3bcdn };

interface Split<L extends LaneTypes> {
  /** Binary exponent, as an integer lane. */
  readonly k: Expr<L['int']>;
  /** `x/2^k`, in [√½, √2). */
  readonly m: Expr<L['value']>;
}

function split<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Split<L> {
  const base = o.int(sqrtHalfBits[o.element]);
  const shift = mantissaBits[o.element];
  const above = o.let(o.isub(o.bits(x), base));
  const mask = o.int((1n << BigInt(shift)) - 1n);
  return { k: o.let(o.shrS(above, shift)), m: o.fromBits(o.iadd(o.iand(above, mask), base)) };
}

interface Parts<L extends LaneTypes> {
  /** Binary exponent, as a float. */
  readonly n: Expr<L['value']>;
  /** Mantissa in [√½, √2) less 1. */
  readonly f: Expr<L['value']>;
}

function decompose<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Parts<L> {
  const e = o.element;
  const tiny = o.let(o.lt(x, o.const(smallestNormal[e])));
  const normal = o.let(o.select(tiny, o.mul(x, o.const(2 ** lift[e])), x));
  const { k, m } = split(o, normal);
  const origin = o.select(tiny, o.const(magic[e] + lift[e]), o.const(magic[e]));
  return { n: o.let(intToFloat(o, k, origin)), f: o.let(o.sub(m, o.const(1))) };
}

/** `log(1 + f) − f`. */
function tail<L extends LaneTypes>(o: FloatLanes<L>, f: Expr<L['value']>): Expr<L['value']> {
  const square = o.let(o.mul(f, f));
  const half = o.const(0.5);
  if (o.element === 'f32') return o.nmadd(square, half, o.mul(o.mul(square, f), horner(o, f, cubic)));
  const { s, rest } = sSeries(o, f);
  const halfSquare = o.let(o.mul(half, square));
  return o.sub(o.mul(s, o.add(halfSquare, rest)), halfSquare);
}

function sSeries<L extends LaneTypes>(
  o: FloatLanes<L>,
  f: Expr<L['value']>,
): { s: Expr<L['value']>; rest: Expr<L['value']> } {
  const s = o.let(o.div(f, o.add(f, o.const(2))));
  const z = o.let(o.mul(s, s));
  return { s, rest: o.mul(z, horner(o, z, series)) };
}

/** Puts right what the arithmetic cannot know: log(∞) = ∞, log(±0) = −∞, log(x < 0) = NaN. */
function specials<L extends LaneTypes>(
  o: FloatLanes<L>,
  x: Expr<L['value']>,
  y: Expr<L['value']>,
): Expr<L['value']> {
  const zero = o.const(0);
  const infinity = o.const(Infinity);
  const finite = o.let(o.select(o.eq(x, infinity), infinity, y));
  const positive = o.let(o.select(o.eq(x, zero), o.const(-Infinity), finite));
  return o.select(o.or(o.lt(x, zero), o.ne(x, x)), o.const(NaN), positive);
}

export function log<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const from = o.let(x);
  const { n, f } = decompose(o, from);
  const { high, low } = ln2[o.element];
  const rest = o.let(o.madd(n, o.const(low), tail(o, f)));
  return specials(o, from, o.let(o.madd(n, o.const(high), o.add(f, rest))));
}

/** A base's `1/ln b` and `log_b 2`, each as a short head and the rest. */
interface Base {
  readonly perLn: readonly [high: number, low: number];
  readonly ofTwo: readonly [high: number, low: number];
}

const base2: Base = { perLn: [1.4426950407214463, 1.6751713164886512e-10], ofTwo: [1, 0] };
const base10: Base = {
  perLn: [0.4342944818781689, 2.5082946711645275e-11],
  ofTwo: [0.30102999566361177, 3.694239077158931e-13],
};
const base10f32: Base['ofTwo'] = [0.30078125, 0.0002487456639811952];

function logBase<L extends LaneTypes>(
  o: FloatLanes<L>,
  x: Expr<L['value']>,
  base: Base,
  ofTwo32: Base['ofTwo'],
): Expr<L['value']> {
  const from = o.let(x);
  const { n, f } = decompose(o, from);
  const [high, low] = base.perLn;
  if (o.element === 'f32') {
    const c = o.const(high);
    const rest = o.madd(tail(o, f), c, o.mul(n, o.const(ofTwo32[1])));
    const small = o.let(o.madd(f, c, rest));
    return specials(o, from, o.let(o.madd(n, o.const(ofTwo32[0]), small)));
  }
  // f − f²/2 cut to half its bits, so that its product with the head is exact.
  const square = o.let(o.mul(o.const(0.5), o.mul(f, f)));
  const { s, rest } = sSeries(o, f);
  const head = o.let(o.fromBits(o.iand(o.bits(o.sub(f, square)), o.int(-(1n << 32n)))));
  const less = o.let(o.madd(s, o.add(square, rest), o.sub(o.sub(f, head), square)));
  const main = o.let(o.mul(head, o.const(high)));
  const extra = o.madd(o.add(less, head), o.const(low), o.mul(less, o.const(high)));
  const whole = o.let(o.mul(n, o.const(base.ofTwo[0])));
  const sum = o.let(o.add(whole, main));
  const lost = o.add(o.sub(whole, sum), main);
  const y = o.add(sum, o.add(o.madd(n, o.const(base.ofTwo[1]), extra), lost));
  return specials(o, from, o.let(y));
}

export function log2<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return logBase(o, x, base2, base2.ofTwo);
}

export function log10<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return logBase(o, x, base10, base10f32);
}

export function log1p<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const e = o.element;
  const from = o.let(x);
  const one = o.const(1);
  const u = o.let(o.add(from, one));
  // What rounding 1 + x lost, exactly.
  const lost = o.select(o.lt(one, from), o.sub(one, o.sub(u, from)), o.sub(from, o.sub(u, one)));
  const { k, m } = split(o, u);
  const shrunk = o.mul(lost, pow2(o, o.isub(o.int(0), k)));
  const matters = o.lt(from, o.const(2 ** (mantissaBits[e] + 2)));
  const correction = o.select(matters, shrunk, o.const(0));
  const f = o.let(o.add(o.sub(m, one), correction));
  const n = o.let(intToFloat(o, k, o.const(magic[e])));
  const { high, low } = ln2[e];
  const rest = o.let(o.madd(n, o.const(low), tail(o, f)));
  const y = o.let(o.madd(n, o.const(high), o.add(f, rest)));
  const normal = o.let(specials(o, u, y));
  const small = o.lt(o.abs(from), o.const(2 ** (-mantissaBits[e] - 2)));
  return o.select(small, from, normal);
}
