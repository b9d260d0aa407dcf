import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { horner, intToFloat, magic, mantissaBits, pow2 } from './poly.ts';

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

/** `|x|^y` of float32 values in double precision, before C's special cases. */
function magnitude<D extends LaneTypes>(
  d: FloatLanes<D>,
  x: Expr<D['value']>,
  y: Expr<D['value']>,
): Expr<D['value']> {
  const base = d.int(sqrtHalfBits);
  const size = d.let(d.abs(x));
  const above = d.let(d.isub(d.bits(size), base));
  const k = d.shrS(above, mantissaBits.f64);
  const fraction = d.iand(above, d.int((1n << 52n) - 1n));
  const m = d.let(d.fromBits(d.iadd(fraction, base)));
  const s = d.let(d.div(d.sub(m, d.const(1)), d.add(m, d.const(1))));
  const z = d.let(d.mul(s, s));
  const n = intToFloat(d, k, d.const(magic.f64));
  const finite = d.madd(s, horner(d, z, log2Poly), n);
  const zero = d.const(0);
  const infinity = d.const(Infinity);
  const above0 = d.select(d.eq(size, zero), d.const(-Infinity), d.let(finite));
  const log2 = d.let(d.select(d.le(infinity, size), infinity, d.select(d.ne(x, x), x, d.let(above0))));
  // 1^∞ is 1.
  const product = d.select(d.eq(log2, zero), zero, d.mul(log2, y));
  const bounded = d.let(d.clamp(d.let(product), -1022, 1023));
  const round = d.const(magic.f64);
  const shifted = d.let(d.add(bounded, round));
  const r = d.let(d.sub(bounded, d.sub(shifted, round)));
  return d.mul(horner(d, r, exp2Poly), pow2(d, d.bits(shifted)));
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
    return specials(d, base, power, d.let(magnitude(d, base, power)));
  });
}
