import { kernelOf } from '../../dispatch/index.ts';
import { emptyTensor, noGrad, type Tensor } from '../../extend/index.ts';
import { planIndexed, type RefuseIndex, type ScatterMode } from '../../kernel/index.ts';
import { broadcastStrides, type Shape } from '../../shape/index.ts';
import { where } from '../where.ts';

export interface AxisAttrs {
  readonly shape: Shape;
  readonly axis: number;
}

/** How {@link gatherInto} and {@link scatterInto} take indices. */
interface IndexOptions {
  /** Negative ones count from the end. Default false: they are out of range. */
  readonly wrap?: boolean;
}

/** Fills `out` from `self` through `index`; `refuse` gets the first index out of range. */
export function gatherInto(
  out: Tensor,
  self: Tensor,
  axis: number,
  index: Tensor,
  refuse: RefuseIndex,
  { wrap = false }: IndexOptions = {},
): void {
  if (out.numel() === 0) return;
  const size = self.shape[axis] ?? 1;
  const strides = [out.strides, index.strides, self.strides] as const;
  const plan = planIndexed(out.shape, axis, strides, 2, size, wrap, refuse);
  const bad = kernelOf(out.backend, 'gather')(plan, out, index, self);
  if (bad !== undefined) refuse(bad, size);
}

/** A vector of indices seen as an index for every element of `shape`. */
export function alongAxis(index: Tensor, shape: Shape, axis: number): Tensor {
  if (shape.length === 0) return noGrad(() => index.detach().reshape([]));
  const strides = shape.map((_, d) => (d === axis ? (index.strides[0] ?? 1) : 0));
  return noGrad(() => index.detach().asStrided(shape, strides, index.offset));
}

/** `scatter`'s kernel on fresh or given memory; `refuse` gets the first index out of range. */
export function scatterInto(
  mode: ScatterMode,
  out: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor,
  refuse: RefuseIndex,
  { wrap = false }: IndexOptions = {},
): void {
  if (index.numel() === 0) return;
  const size = out.shape[axis] ?? 1;
  const sourceStrides = broadcastStrides(source.ndim === 0 ? [] : source.shape, source.strides, index.shape);
  const plan = planIndexed(
    index.shape,
    axis,
    [out.strides, index.strides, source.ndim === 0 ? sourceStrides : source.strides],
    0,
    size,
    wrap,
    refuse,
  );
  const bad = kernelOf(out.backend, 'scatter')(mode, plan, out, index, source);
  if (bad !== undefined) refuse(bad, size);
}

/** Indices with negative ones counted from the end. */
export function wrapNegative(index: Tensor, size: number): Tensor {
  return noGrad(() => where(index.detach().lt(0), index.detach().add(size), index.detach()));
}

/** As {@link wrapNegative}, for indices that nobody looks at later; `refuse` gets the first one out of range. */
export function checkedIndex(index: Tensor, size: number, refuse: RefuseIndex): Tensor {
  return noGrad(() => {
    checkedRange(index, size, refuse, { wrap: true });
    return wrapNegative(index, size);
  });
}

/** Looks at indices that nobody looks at later; `refuse` gets the first one out of range. */
export function checkedRange(index: Tensor, size: number, refuse: RefuseIndex, options?: IndexOptions): void {
  const flat = index.detach().reshape(-1);
  // An axis of that size with nothing on it: what counts is that the indices are looked at.
  const axis = flat.newZeros([]).expand([size]);
  gatherInto(emptyTensor(flat.backend, 'int64', flat.shape), axis, 0, flat, refuse, options);
}
