import { fail } from '../errors/index.ts';
import { type Shape, type Strides, sameShape } from './shape.ts';

/**
 * The common shape of two operands by the usual rules: aligned at the right, size 1 stretches.
 * @throws `shape/broadcast`
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let d = rank - 1; d >= 0; d--) {
    const x = a[d - rank + a.length] ?? 1;
    const y = b[d - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) fail('shape/broadcast', { a: x, b: y, dim: d });
    out[d] = x === 1 ? y : x;
  }
  return out;
}

/** True when `from` can be stretched to `to`. */
export function isBroadcastable(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  if (lead < 0) return false;
  for (let d = 0; d < from.length; d++) if (from[d] !== to[d + lead] && from[d] !== 1) return false;
  return true;
}

/** Strides that read a view of `shape` as if it had shape `to`: stretched dimensions get stride 0. */
export function broadcastStrides(shape: Shape, strides: Strides, to: Shape): Strides {
  if (sameShape(shape, to)) return strides;
  const lead = to.length - shape.length;
  const out = new Array<number>(to.length).fill(0);
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] !== 1 || to[d + lead] === 1) out[d + lead] = strides[d]!;
  }
  return out;
}

/**
 * The sizes of `expand`: -1 keeps a size.
 * @throws `shape/expand-leading`, `shape/expand`
 */
export function expandShape(from: Shape, sizes: Shape): number[] {
  const lead = sizes.length - from.length;
  const out = sizes.slice();
  for (let d = sizes.length - 1; d >= 0; d--) {
    const size = d < lead ? 1 : from[d - lead]!;
    const target = sizes[d]!;
    if (target === -1) {
      if (d < lead) fail('shape/expand-leading', { target, dim: d });
      out[d] = size;
    } else if (target < 0 && size === 1) fail('shape/negative', { size: target });
    else if (size !== target && size !== 1) {
      fail('shape/expand', { target, size, dim: d, shape: sizes, from });
    }
  }
  return out;
}

/** The axes over which a gradient of shape `from` is summed so that it fits an input of shape `to`. */
export function broadcastAxes(from: Shape, to: Shape): number[] {
  const lead = from.length - to.length;
  const axes: number[] = [];
  for (let d = 0; d < from.length; d++) {
    if (d < lead || (to[d - lead] === 1 && from[d] !== 1)) axes.push(d);
  }
  return axes;
}
