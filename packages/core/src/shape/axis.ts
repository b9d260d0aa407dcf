import { fail } from '../errors/index.ts';

declare const axisBrand: unique symbol;

/** A dimension that is known to exist: `0 <= axis < rank`. */
export type Axis = number & { readonly [axisBrand]: true };

/**
 * The only way to an {@link Axis}: negative dims count from the end. A 0-d tensor accepts 0 and -1.
 * @throws `shape/dim-range`
 */
export function normalizeAxis(dim: number, rank: number): Axis {
  const size = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -size || dim >= size) fail('shape/dim-range', { dim, rank });
  return (dim < 0 ? dim + size : dim) as Axis;
}

/**
 * The axes of a reduction, ascending: all of them when `dims` is undefined or empty.
 * @throws `shape/dim-range`, `shape/dim-repeated`, `shape/too-many-dims`
 */
export function normalizeAxes(dims: number | readonly number[] | undefined, rank: number): readonly Axis[] {
  if (rank > 64) fail('shape/too-many-dims', {});
  if (dims === undefined || (typeof dims !== 'number' && dims.length === 0)) return allAxes(rank);
  if (typeof dims === 'number') {
    const axis = normalizeAxis(dims, rank);
    return rank === 0 ? allAxes(0) : [axis];
  }
  const axes = dims.map((dim) => normalizeAxis(dim, rank));
  axes.sort((a, b) => a - b);
  for (let i = 1; i < axes.length; i++) {
    if (axes[i] === axes[i - 1]) fail('shape/dim-repeated', { dim: axes[i]! });
  }
  return rank === 0 ? [] : axes;
}

const everyAxis: (readonly Axis[])[] = [];

/** All axes of a tensor of some rank; the list is shared. */
function allAxes(rank: number): readonly Axis[] {
  everyAxis[rank] ??= Array.from({ length: rank }, (_, d) => d as Axis);
  return everyAxis[rank];
}

/** The shape after reducing `axes` (ascending) away, or to size 1 with `keepdim`. */
export function reducedShape(shape: readonly number[], axes: readonly number[], keepdim: boolean): number[] {
  const out: number[] = [];
  let next = 0;
  for (let d = 0; d < shape.length; d++) {
    if (axes[next] === d) {
      next++;
      if (keepdim) out.push(1);
    } else out.push(shape[d]!);
  }
  return out;
}
