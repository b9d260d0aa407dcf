import type { Expr, Func, Module } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { f64Lanes } from '../lanes/index.ts';
import { horner, magic } from './poly.ts';
import { reduceHuge } from './reduction.ts';

type Quotient = 'sin' | 'cos' | 'tan';
type Precision = 'f32' | 'f64';

// Minimax on [0, π/4], good to 2^−37 for float32 results and to the last bit for float64:
// (sin r − r)/r³ and (cos r − 1 + r²/2)/r⁴ in r².
const sinPoly = {
  f32: [-0.16666666640793912, 0.008333329304477017, -0.0001983931215126772, 2.718120495417867e-6],
  f64: [
    -0.16666666666666666, 0.0083333333333331, -0.00019841269841057126, 2.7557319129292814e-6,
    -2.5052085976644383e-8, 1.605624964695109e-10, -7.484911267163924e-13,
  ],
};
const cosPoly = {
  f32: [0.04166666661948635, -0.001388888349964527, 2.47994600409298e-5, -2.720574480615022e-7],
  f64: [
    0.041666666666666664, -0.0013888888888888447, 2.480158730125942e-5, -2.7557319100724373e-7,
    2.087673178351955e-9, -1.146801367631842e-11, 4.645403114670648e-14,
  ],
};

// π/2 in pieces of 33 bits, so that a multiple below 2^20 of the first two is exact.
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
const halfPiTail = 6.077100506506192e-11; // all that follows the first piece
const limit = 2 ** 20 * 1.5;
const oneBits = 0x3ff0000000000000n;

/** From the reduced angle and its quadrant (low bits of `q`) to the function's value. */
function quadrant<D extends LaneTypes>(
  d: FloatLanes<D>,
  which: Quotient,
  precision: Precision,
  r: Expr<D['value']>,
  q: Expr<D['int']>,
): Expr<D['value']> {
  const z = d.let(d.mul(r, r));
  const s = d.let(d.madd(d.mul(horner(d, z, sinPoly[precision]), z), r, r));
  const quartic = d.mul(horner(d, z, cosPoly[precision]), d.mul(z, z));
  // 1 − z/2 rounds; what that loses is put back.
  const half = d.let(d.mul(d.const(0.5), z));
  const near = d.let(d.sub(d.const(1), half));
  const c = d.let(d.add(near, d.add(d.sub(d.sub(d.const(1), near), half), quartic)));
  const turn = d.let(q);
  const signed = d.fromBits(d.ior(d.shl(turn, 63), d.int(oneBits)));
  const even = d.let(d.lt(d.const(0), signed));
  if (which === 'tan') {
    return d.div(d.select(even, s, d.neg(c)), d.select(even, c, s));
  }
  const value = which === 'sin' ? d.select(even, s, c) : d.select(even, c, s);
  const flips = which === 'sin' ? turn : d.iadd(turn, d.int(1));
  const sign = d.shl(d.shrU(flips, 1), 63);
  return d.fromBits(d.ixor(d.bits(value), sign));
}

/** For arguments that a few pieces of π/2 cannot reduce, infinities and NaN included. */
function huge(module: Module, which: Quotient): Func<readonly ['f64'], 'f64'> {
  return module.helper(`${which} of huge`, () =>
    module.func(undefined, ['f64'], 'f64', (f, x) => {
      const { r, q } = reduceHuge(f, x);
      return quadrant(f64Lanes(f), which, 'f64', r, q);
    }),
  );
}

function build<L extends LaneTypes>(
  o: FloatLanes<L>,
  x: Expr<L['value']>,
  which: Quotient,
): Expr<L['value']> {
  const precision = o.element;
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const round = d.const(magic.f64);
    const shifted = d.let(d.madd(v, d.const(2 / Math.PI), round));
    const n = d.let(d.sub(shifted, round));
    const first = d.let(d.nmadd(n, d.const(halfPi[0]), v));
    let r: Expr;
    if (precision === 'f32') {
      r = d.let(d.nmadd(n, d.const(halfPiTail), first));
    } else {
      const w = d.let(d.mul(n, d.const(halfPi[1])));
      const second = d.let(d.sub(first, w));
      const lost = d.sub(d.sub(first, second), w);
      r = d.let(d.add(second, d.nmadd(n, d.const(halfPi[2]), lost)));
    }
    const value = quadrant(d, which, precision, r, d.bits(shifted));
    const reducible = d.le(d.abs(v), d.const(limit));
    const call = huge(d.f.module, which).call;
    const patched = d.let(d.patch(value, d.not(reducible), v, (one) => call(one as Expr<'f64'>)));
    return which === 'cos' ? patched : d.select(d.eq(v, d.const(0)), v, patched);
  });
}

export function sin<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return build(o, x, 'sin');
}

export function cos<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return build(o, x, 'cos');
}

export function tan<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return build(o, x, 'tan');
}
