import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { horner, magic, pow2, scale } from './poly.ts';

/** `x − n·ln 2` is exact in its first step: `high` has few bits. */
export const ln2: { readonly [K in 'f32' | 'f64']: { readonly high: number; readonly low: number } } = {
  f32: { high: 0.693359375, low: -2.1219444e-4 },
  f64: { high: 0.6931471803691238, low: 1.9082149292705877e-10 },
};

// Minimax over |r| ≤ ½ ln 2: (e^r − 1 − r)/r².
const expTail = {
  f32: [0.49999994, 0.1666652, 0.041668236, 0.008368824, 0.0013823552],
  f64: [
    0.5, 0.16666666666666685, 0.04166666666666654, 0.008333333333315969, 0.0013888888888960221,
    0.00019841269898620886, 2.4801587170658773e-5, 2.7557232901459266e-6, 2.7557404773925085e-7,
    2.511265048733319e-8, 2.08749788590164e-9,
  ],
};

// The same, with e^r − 1 as the goal.
const expm1Tail = {
  f32: [0.5, 0.16666666, 0.041666478, 0.008333567, 0.0013933708, 0.00019743413],
  f64: [
    0.5, 0.16666666666666666, 0.041666666666666685, 0.008333333333334223, 0.001388888888887333,
    0.00019841269838286025, 2.48015873490393e-5, 2.7557323767947344e-6, 2.755725200616189e-7,
    2.5048881044033547e-8, 2.0921700933963767e-9, 1.6937174623561875e-10,
  ],
};

// Minimax over |r| ≤ ½ of 2^r.
export const exp2Poly: { readonly f32: readonly number[]; readonly f64: readonly number[] } = {
  f32: [1, Math.LN2, 0.24022645, 0.055503584, 0.009618829, 0.0013391473, 0.00015243398],
  f64: [
    1,
    Math.LN2,
    0.2402265069591013,
    0.055504108664819966,
    0.009618129107594358,
    0.001333355814679752,
    0.00015403530456874293,
    1.525273347393221e-5,
    1.321543537875804e-6,
    1.0178206781388386e-7,
    7.073769557261104e-9,
    4.433772918339174e-10,
  ],
};

/** Beyond these, exp has underflowed to 0 or overflowed. */
const range = { f32: [-104, 89], f64: [-746, 710] } as const;
const range2 = { f32: [-150, 128], f64: [-1076, 1024] } as const;

interface Reduced<L extends LaneTypes> {
  /** Holds the integer `n` in its low bits. */
  readonly n: Expr<L['int']>;
  /** `x − n·ln 2`. */
  readonly r: Expr<L['value']>;
  /** What rounding `r` lost. */
  readonly lost: Expr<L['value']>;
}

function reduce<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Reduced<L> {
  const round = o.const(magic[o.element]);
  const shifted = o.let(o.madd(x, o.const(Math.LOG2E), round));
  const n = o.let(o.sub(shifted, round));
  const { high, low } = ln2[o.element];
  const first = o.let(o.nmadd(n, o.const(high), x));
  const r = o.let(o.nmadd(n, o.const(low), first));
  return { n: o.bits(shifted), r, lost: o.nmadd(n, o.const(low), o.sub(first, r)) };
}

function expOf<L extends LaneTypes>(o: FloatLanes<L>, r: Expr<L['value']>): Expr<L['value']> {
  const q = horner(o, r, expTail[o.element]);
  return o.add(o.madd(q, o.mul(r, r), r), o.const(1));
}

export function exp<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const [low, high] = range[o.element];
  const { n, r } = reduce(o, o.let(o.clamp(x, low, high)));
  return scale(o, expOf(o, r), n);
}

/** exp as a sum of two, for formulas that add errors of their own. */
export function exactExp<L extends LaneTypes>(
  o: FloatLanes<L>,
  x: Expr<L['value']>,
): { readonly high: Expr<L['value']>; readonly low: Expr<L['value']> } {
  const [low, high] = range[o.element];
  const { n, r, lost } = reduce(o, o.let(o.clamp(x, low, high)));
  const w = o.let(o.add(o.madd(horner(o, r, expm1Tail[o.element]), o.mul(r, r), lost), r));
  const p = o.let(o.add(w, o.const(1)));
  const k = o.let(n);
  return { high: o.let(scale(o, p, k)), low: o.let(scale(o, o.sub(w, o.sub(p, o.const(1))), k)) };
}

/** `½·e^x`, finite as long as cosh is. */
export function halfExp<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const [low, high] = range[o.element];
  const { n, r } = reduce(o, o.let(o.clamp(x, low, high + 1)));
  return scale(o, expOf(o, r), o.isub(n, o.int(1)));
}

export function exp2<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const [low, high] = range2[o.element];
  const bounded = o.let(o.clamp(x, low, high));
  const round = o.const(magic[o.element]);
  const shifted = o.let(o.add(bounded, round));
  const r = o.let(o.sub(bounded, o.sub(shifted, round)));
  return scale(o, horner(o, r, exp2Poly[o.element]), o.bits(shifted));
}

/** Where `e^x − 1` rounds to −1, and below what `x` it rounds to `x`. */
const expm1Range = { f32: [-18, 89, 2 ** -25], f64: [-38, 710, 2 ** -54] } as const;

export function expm1<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const [low, high, tiny] = expm1Range[o.element];
  const from = o.let(x);
  const { n, r, lost } = reduce(o, o.let(o.clamp(from, low, high)));
  const q = o.let(o.add(o.madd(horner(o, r, expm1Tail[o.element]), o.mul(r, r), lost), r));
  // 2·(2^(n−1)·q + (2^(n−1) − ½)): half the scale, because 2^128 is no float32.
  const half = o.let(pow2(o, o.isub(n, o.int(1))));
  const y = o.let(o.madd(half, q, o.sub(half, o.const(0.5))));
  return o.select(o.lt(o.abs(from), o.const(tiny)), from, o.add(y, y));
}
