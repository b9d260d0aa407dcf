import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { log } from './log.ts';
import { horner } from './poly.ts';
import { cos, sin } from './trigonometric.ts';

/** The asymptotic series below are good to double precision from here on. */
const far = 9;

// B(2k)/(2k(2k − 1)) and B(2k)/(2k), in 1/x².
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
const bernoulli = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160];

interface Reflected<D extends LaneTypes> {
  /** x, or 1 − x where that is the larger. */
  readonly z: Expr<D['value']>;
  readonly left: Expr<D['mask']>;
  /** The distance of x from the nearest integer, which sin and cot of πx depend on. */
  readonly offset: Expr<D['value']>;
}

function reflect<D extends LaneTypes>(d: FloatLanes<D>, x: Expr<D['value']>): Reflected<D> {
  const left = d.let(d.lt(x, d.const(0.5)));
  return {
    left,
    z: d.let(d.select(left, d.sub(d.const(1), x), x)),
    offset: d.let(d.sub(x, d.nearest(x))),
  };
}

/**
 * log |Γ(x)|: correctly rounded or nearly so for float32; for float64 the error is relative to 1 around the zeros.
 * ∞ at 0, at the negative integers and at both ends.
 */
export function lgamma<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const { z, left, offset } = reflect(d, v);
    const near = d.let(d.lt(z, d.const(far)));
    let factors = z;
    for (let i = 1; i < far; i++) factors = d.mul(factors, d.add(z, d.const(i)));
    const shifted = d.let(d.select(near, d.add(z, d.const(far)), z));
    const inverse = d.let(d.div(d.const(1), shifted));
    const series = d.mul(inverse, horner(d, d.let(d.mul(inverse, inverse)), stirling));
    const body = d.mul(d.sub(shifted, d.const(0.5)), d.sub(log(d, shifted), d.const(1)));
    const whole = d.let(d.add(body, d.add(series, d.const(0.5 * Math.log(2 * Math.PI) - 0.5))));
    const wave = d.let(d.abs(sin(d, d.mul(offset, d.const(Math.PI)))));
    const product = d.let(d.select(near, factors, d.const(1)));
    const direct = d.let(d.sub(whole, log(d, product)));
    // Γ(x)·Γ(1 − x) = π/sin πx
    const mirrored = d.sub(d.sub(d.const(Math.log(Math.PI)), log(d, wave)), direct);
    const reflected = d.let(d.select(left, d.let(mirrored), direct));
    // Γ(x) is 1/x here, and sin πx may have no digits left.
    const tiny = d.lt(d.abs(v), d.const(2 ** -70));
    const value = d.let(d.select(tiny, d.let(d.neg(log(d, d.abs(v)))), reflected));
    const infinite = d.eq(d.abs(v), d.const(Infinity));
    const exact = d.or(d.eq(v, d.const(1)), d.eq(v, d.const(2)));
    return d.select(infinite, d.const(Infinity), d.let(d.select(exact, d.const(0), value)));
  });
}

/** Γ′/Γ: ∓∞ at ±0, NaN at the negative integers. */
export function digamma<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const one = d.const(1);
    const zero = d.const(0);
    const { z, left, offset } = reflect(d, v);
    const near = d.let(d.lt(z, d.const(far)));
    let sum = d.div(one, z);
    for (let i = 1; i < far; i++) sum = d.add(sum, d.div(one, d.add(z, d.const(i))));
    const shifted = d.let(d.select(near, d.add(z, d.const(far)), z));
    const inverse = d.let(d.div(one, shifted));
    const square = d.let(d.mul(inverse, inverse));
    const series = d.add(d.mul(d.const(0.5), inverse), d.mul(square, horner(d, square, bernoulli)));
    const back = d.let(d.select(near, d.let(sum), zero));
    const value = d.let(d.sub(d.sub(log(d, shifted), series), back));
    const angle = d.let(d.mul(offset, d.const(Math.PI)));
    const cot = d.div(d.mul(d.const(Math.PI), cos(d, angle)), sin(d, angle));
    const pole = d.and(d.eq(offset, zero), d.lt(v, zero));
    const both = d.let(d.select(left, d.sub(value, cot), value));
    const defined = d.let(d.select(pole, d.const(NaN), both));
    const least = d.let(d.select(d.eq(v, d.const(-Infinity)), d.const(NaN), defined));
    return d.select(d.eq(v, zero), d.neg(d.copysign(d.const(Infinity), v)), least);
  });
}
