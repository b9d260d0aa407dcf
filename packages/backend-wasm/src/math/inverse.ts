import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { horner } from './poly.ts';

const halfPi = { f32: [1.57079637, -4.37113883e-8], f64: [Math.PI / 2, 6.123233995736766e-17] } as const;

// Minimax odd polynomials without their leading x: (atan x − x)/x³ on [0, 1] and on [0, tan π/8].
const atanPoly = {
  f32: [-0.33333153, 0.19993769, -0.14211023, 0.1066588, -0.07551952, 0.04320876, -0.016366003, 0.0029202034],
  f64: [
    -0.33333333333333326, 0.1999999999999726, -0.14285714285347945, 0.11111111086131813, -0.09090908081986845,
    0.0769228153211371, -0.06666210771917558, 0.05876881775918076, -0.05217589442558464, 0.04500527048450106,
    -0.03340981188277378, 0.015134463825552185,
  ],
};

export function atan<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const from = o.let(x);
  const size = o.let(o.abs(from));
  const one = o.const(1);
  const [high, low] = halfPi[o.element];
  if (o.element === 'f32') {
    const steep = o.let(o.lt(one, size));
    const y = o.let(o.select(steep, o.div(one, size), size));
    const z = o.let(o.mul(y, y));
    const p = o.let(o.madd(o.mul(horner(o, z, atanPoly.f32), z), y, y));
    const turned = o.add(o.sub(o.const(high), p), o.const(low));
    return o.copysign(o.let(o.select(steep, turned, p)), from);
  }
  // atan x = π/4 + atan((x − 1)/(x + 1)) = π/2 − atan(1/x)
  const middle = o.let(o.lt(o.const(Math.SQRT2 - 1), size));
  const steep = o.let(o.lt(o.const(Math.SQRT2 + 1), size));
  const top = o.select(steep, o.const(-1), o.select(middle, o.sub(size, one), size));
  const bottom = o.select(steep, size, o.select(middle, o.add(size, one), one));
  const y = o.let(o.div(top, bottom));
  const z = o.let(o.mul(y, y));
  const p = o.mul(o.mul(horner(o, z, atanPoly.f64), z), y);
  const zero = o.const(0);
  const angle = (whole: number): Expr<L['value']> =>
    o.select(steep, o.const(whole), o.select(middle, o.const(whole / 2), zero));
  return o.copysign(o.let(o.add(angle(high), o.add(y, o.add(p, angle(low))))), from);
}

// (asin x − x)/x³ on [0, ½].
const asinPoly = [
  0.1666666666666666, 0.07500000000002426, 0.04464285713975098, 0.030381944643271184, 0.02237215159668844,
  0.01735294625795394, 0.013961850025884511, 0.01158629481751546, 0.009479204255571565, 0.01003551116016849,
  0.0005875640563434368, 0.025050808274235368, -0.02645986179410787, 0.03383392382611487,
];

interface Halved<D extends LaneTypes> {
  readonly size: Expr<D['value']>;
  readonly large: Expr<D['mask']>;
  /** `|x|`, or `√((1 − |x|)/2)` where that is at most ½. */
  readonly y: Expr<D['value']>;
  /** What the square root's rounding lost. */
  readonly lost: Expr<D['value']>;
  /** `asin y − y`. */
  readonly rest: Expr<D['value']>;
}

function halve<D extends LaneTypes>(d: FloatLanes<D>, x: Expr<D['value']>): Halved<D> {
  const size = d.let(d.abs(x));
  const half = d.const(0.5);
  const large = d.let(d.lt(half, size));
  const z = d.let(d.select(large, d.mul(half, d.sub(d.const(1), size)), d.mul(size, size)));
  const y = d.let(d.select(large, d.sqrt(z), size));
  const head = d.let(d.fromBits(d.iand(d.bits(y), d.int(-(1n << 32n)))));
  const tiny = d.const(2 ** -1000);
  const lost = d.let(d.sub(d.div(d.sub(z, d.mul(head, head)), d.max(d.add(y, head), tiny)), d.sub(y, head)));
  return { size, large, y, lost, rest: d.let(d.mul(d.mul(horner(d, z, asinPoly), z), y)) };
}

export function asin<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const { large, y, lost, rest } = halve(d, v);
    const [high, low] = halfPi.f64;
    // π/2 − 2·asin y in pieces: π/4 − y is nearly exact.
    const quarter = d.const(high / 2);
    const twice = d.sub(d.const(low), d.add(d.add(rest, lost), d.add(rest, lost)));
    const near = d.let(d.sub(quarter, y));
    const nearLost = d.sub(d.sub(quarter, near), y);
    const folded = d.add(d.add(near, near), d.add(twice, d.add(nearLost, nearLost)));
    return d.copysign(d.let(d.select(large, folded, d.add(y, rest))), v);
  });
}

export function acos<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const { large, y, lost, rest } = halve(d, v);
    const [high, low] = halfPi.f64;
    const negative = d.let(d.lt(v, d.const(0)));
    const all = d.add(rest, lost);
    const twice = d.let(d.add(d.add(y, y), d.add(all, all)));
    const obtuse = d.add(d.sub(d.const(2 * high), twice), d.const(2 * low));
    const far = d.let(d.select(negative, obtuse, twice));
    const near = d.sub(d.const(high), d.sub(v, d.sub(d.const(low), d.copysign(rest, v))));
    return d.select(large, far, near);
  });
}
