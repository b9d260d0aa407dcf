import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { exactExp, exp, expm1, halfExp } from './exp.ts';
import { log1p } from './log.ts';
import { horner } from './poly.ts';

// Minimax odd polynomials without their leading x.
const tanhPoly = [-0.3333328, 0.1333141, -0.05373712, 0.02063067, -0.005695554]; // |x| ≤ 0.625
const sinhPoly = [0.16666667, 0.008333316, 0.0001984137, 2.7921546e-6]; // |x| ≤ 1

function odd<L extends LaneTypes>(
  o: FloatLanes<L>,
  x: Expr<L['value']>,
  c: readonly number[],
): Expr<L['value']> {
  const square = o.let(o.mul(x, x));
  return o.madd(o.mul(horner(o, square, c), square), x, x);
}

export function tanh<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const from = o.let(x);
  const size = o.let(o.abs(from));
  const one = o.const(1);
  const two = o.const(2);
  if (o.element === 'f32') {
    const small = o.let(odd(o, size, tanhPoly));
    const large = o.sub(one, o.div(two, o.add(exp(o, o.add(size, size)), one)));
    return o.copysign(o.let(o.select(o.lt(size, o.const(0.625)), small, large)), from);
  }
  // Past 22 the answer is 1, and e^2x would overflow later.
  const bounded = o.let(o.clamp(size, 0, 22));
  const t = o.let(expm1(o, o.add(bounded, bounded)));
  const ratio = o.div(t, o.add(t, two));
  return o.select(o.lt(size, o.const(2 ** -28)), from, o.copysign(ratio, from));
}

/** `1/(1 + e^−x)`, down to the smallest denormal. */
export function sigmoid<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const from = o.let(x);
  const one = o.const(1);
  const { high, low } = exactExp(o, o.neg(o.abs(from)));
  const negative = o.let(o.lt(from, o.const(0)));
  const d = o.let(o.add(one, high));
  const y = o.let(o.div(o.select(negative, high, one), d));
  // One Newton step with what e^−|x| and the sum lost.
  const lost = o.add(o.sub(high, o.sub(d, one)), low);
  const residue = o.nmadd(y, lost, o.select(negative, low, o.const(0)));
  return o.madd(residue, o.select(negative, o.sub(one, y), y), y);
}

export function sinh<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const from = o.let(x);
  const size = o.let(o.abs(from));
  const e = o.let(halfExp(o, size));
  const large = o.sub(e, o.div(o.const(0.25), e));
  if (o.element === 'f32') {
    const small = o.let(odd(o, size, sinhPoly));
    return o.copysign(o.let(o.select(o.lt(size, o.const(1)), small, large)), from);
  }
  const t = o.let(expm1(o, o.clamp(size, 0, 2)));
  const small = o.mul(o.const(0.5), o.add(t, o.div(t, o.add(t, o.const(1)))));
  const near = o.let(o.select(o.lt(size, o.const(1)), small, large));
  return o.select(o.lt(size, o.const(2 ** -28)), from, o.copysign(near, from));
}

export function cosh<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const e = o.let(halfExp(o, o.abs(x)));
  return o.add(e, o.div(o.const(0.25), e));
}

/** Past this, the square of `x` would drown the 1 and might overflow. */
const asymptotic = 2 ** 60;

export function asinh<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const size = d.let(d.abs(v));
    const one = d.const(1);
    const bounded = d.let(d.clamp(size, 0, asymptotic));
    const square = d.let(d.mul(bounded, bounded));
    const inner = d.add(bounded, d.div(square, d.add(one, d.sqrt(d.add(one, square)))));
    const far = d.le(d.const(asymptotic), size);
    const y = d.let(log1p(d, d.select(far, size, inner)));
    return d.copysign(d.add(y, d.select(far, d.const(Math.LN2), d.const(0))), v);
  });
}

export function acosh<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const t = d.let(d.sub(v, d.const(1)));
    const far = d.le(d.const(asymptotic), v);
    const inner = d.add(t, d.sqrt(d.madd(t, t, d.add(t, t))));
    const y = d.add(log1p(d, d.select(far, t, inner)), d.select(far, d.const(Math.LN2), d.const(0)));
    return d.select(d.lt(v, d.const(1)), d.const(NaN), y);
  });
}

export function atanh<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const size = d.let(d.abs(v));
    const y = log1p(d, d.div(d.add(size, size), d.sub(d.const(1), size)));
    return d.copysign(d.mul(d.const(0.5), y), v);
  });
}
