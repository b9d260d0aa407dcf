import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';

/** An unevaluated sum `high + low`, `low` at most about half a last place of `high`. */
export interface Twofold<D extends LaneTypes> {
  readonly high: Expr<D['value']>;
  readonly low: Expr<D['value']>;
}

/** `a + b` for `|a| ≥ |b|`, with what the rounding lost and `less` below. */
export function fastSum<D extends LaneTypes>(
  d: FloatLanes<D>,
  a: Expr<D['value']>,
  b: Expr<D['value']>,
  less: Expr<D['value']>,
): Twofold<D> {
  const high = d.let(d.add(a, b));
  return { high, low: d.let(d.add(d.add(d.sub(a, high), b), less)) };
}

/** The product of two doubles, exact where nothing over- or underflows: halves of 26 bits multiply exactly. */
export function exactProduct<D extends LaneTypes>(
  d: FloatLanes<D>,
  a: Expr<D['value']>,
  b: Expr<D['value']>,
): Twofold<D> {
  const halves = (x: Expr<D['value']>): Twofold<D> => {
    const high = d.let(d.fromBits(d.iand(d.bits(x), d.int(-(1n << 27n)))));
    return { high, low: d.let(d.sub(x, high)) };
  };
  const [p, q] = [halves(a), halves(b)];
  const high = d.let(d.mul(a, b));
  const first = d.sub(d.mul(p.high, q.high), high);
  const cross = d.add(d.add(first, d.mul(p.high, q.low)), d.mul(p.low, q.high));
  return { high, low: d.let(d.add(cross, d.mul(p.low, q.low))) };
}

/** The product of two twofold numbers; the lowest parts' product is left out. */
export function product<D extends LaneTypes>(d: FloatLanes<D>, a: Twofold<D>, b: Twofold<D>): Twofold<D> {
  const main = exactProduct(d, a.high, b.high);
  const cross = d.add(d.mul(a.high, b.low), d.mul(a.low, b.high));
  return { high: main.high, low: d.let(d.add(main.low, cross)) };
}
