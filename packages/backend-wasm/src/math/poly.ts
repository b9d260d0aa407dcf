import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';

/** `c[0] + c[1]·x + c[2]·x² + …`; `x` should be named. */
export function horner<L extends LaneTypes>(
  o: FloatLanes<L>,
  x: Expr<L['value']>,
  c: readonly number[],
): Expr<L['value']> {
  const last = c.length - 1;
  let sum = o.const(c[last] ?? 0);
  for (let i = last - 1; i >= 0; i--) sum = o.madd(sum, x, o.const(c[i] ?? 0));
  return sum;
}

/** Adding and subtracting it rounds to an integer, which its sum holds in the low bits. */
export const magic: { readonly f32: number; readonly f64: number } = {
  f32: 1.5 * 2 ** 23,
  f64: 1.5 * 2 ** 52,
};
const magicBits: { readonly f32: bigint; readonly f64: bigint } = {
  f32: 0x4b400000n,
  f64: 0x4338000000000000n,
};

export const mantissaBits: { readonly f32: number; readonly f64: number } = { f32: 23, f64: 52 };
const bias: { readonly f32: bigint; readonly f64: bigint } = { f32: 127n, f64: 1023n };

/** The integer lane `n` as a float, for `|n| < 2^22`, minus `less`. */
export function intToFloat<L extends LaneTypes>(
  o: FloatLanes<L>,
  n: Expr<L['int']>,
  magicPlusLess: Expr<L['value']>,
): Expr<L['value']> {
  return o.sub(o.fromBits(o.iadd(n, o.int(magicBits[o.element]))), magicPlusLess);
}

/** `2^n` from a lane whose low bits hold the exponent `n`, which must be that of a normal number. */
export function pow2<L extends LaneTypes>(o: FloatLanes<L>, n: Expr<L['int']>): Expr<L['value']> {
  const shift = mantissaBits[o.element];
  return o.fromBits(o.iadd(o.shl(n, shift), o.int(bias[o.element] << BigInt(shift))));
}

/** `p·2^n` rounded once, for any `n` within twice the exponent range, in the low bits of `n`. */
export function scale<L extends LaneTypes>(
  o: FloatLanes<L>,
  p: Expr<L['value']>,
  n: Expr<L['int']>,
): Expr<L['value']> {
  const whole = o.let(n);
  const half = o.let(o.shrS(whole, 1));
  return o.mul(o.mul(p, pow2(o, half)), pow2(o, o.isub(whole, half)));
}
