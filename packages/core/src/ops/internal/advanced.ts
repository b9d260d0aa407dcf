import { isInteger } from '../../dtype/index.ts';
import { fail } from '../../errors/index.ts';
import { noGrad, Tensor } from '../../extend/index.ts';
import { broadcastShapes, numelOf, type Shape } from '../../shape/index.ts';
import { tensor } from '../creation.ts';
import { nonzero } from '../mask.ts';
import { checkedIndex } from './indexed.ts';
import type { NestedData } from './nested-data.ts';

/** Python's `start:stop:step`. */
export class SliceIndex {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;

  constructor(start: number | undefined, stop: number | undefined, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/**
 * Python's slice, for `at` and `setAt`: `slice()` is `:`, `slice(2)` is `:2`, `slice(1, 3)` is `1:3`.
 * @throws `index/step`
 */
export function sliceIndex(...bounds: readonly (number | null | undefined)[]): SliceIndex {
  const [a, b, step] = bounds.length === 1 ? [undefined, bounds[0], undefined] : bounds;
  for (const bound of bounds) {
    if (bound != null && !Number.isInteger(bound)) fail('index/slice-bound', { bound });
  }
  const stride = step ?? 1;
  if (stride <= 0) fail('index/step', { step: stride });
  return new SliceIndex(a ?? undefined, b ?? undefined, stride);
}

/**
 * One index: an integer, a {@link sliceIndex}, `null` for a new dimension, `'...'`, a boolean, an int64 tensor of indices or
 * a bool mask, or a list of integers.
 */
export type Index = number | bigint | boolean | null | '...' | SliceIndex | Tensor | readonly NestedData[];

interface Prepared {
  /** What basic indexing leaves, as a view. */
  readonly view: Tensor;
  /** For each of its dimensions the tensor that indexes it, if any. */
  readonly tensors: readonly (Tensor | undefined)[];
}

/** Applies integers, slices, new dimensions and the ellipsis, and lines up tensor indices with dimensions. */
export function prepare(self: Tensor, indices: readonly Index[]): Prepared {
  const consumed = indices.reduce<number>((n, index) => n + dimsConsumed(index), 0);
  if (consumed > self.ndim) {
    if (self.ndim === 0 && indices.length === 1 && typeof indices[0] === 'number') fail('index/0d', {});
    fail('index/too-many', { rank: self.ndim });
  }
  const tensors: (Tensor | undefined)[] = [];
  let view = self;
  let dim = 0;
  for (const [position, index] of indices.entries()) {
    if (index === '...') dim += self.ndim - consumed;
    else if (index === null) view = view.unsqueeze(dim++);
    else if (index instanceof SliceIndex) {
      const all = (index.start ?? 0) === 0 && index.stop === view.shape[dim] && index.step === 1;
      if (!all || self.ndim === 0) view = view.slice(dim, index.start, index.stop, index.step);
      dim++;
    } else if (typeof index === 'number' || typeof index === 'bigint') {
      view = selectAt(self, view, dim, Number(index), position);
    } else if (typeof index === 'boolean') {
      view = view.unsqueeze(dim);
      tensors[dim++] = noGrad(() => tensor(index ? [0n] : [], { dtype: 'int64', device: self.backend }));
    } else {
      const given =
        index instanceof Tensor
          ? index
          : tensor(index as NestedData, { device: self.backend, ...listDtype(index) });
      if (given.ndim === 0 && isInteger(given.dtype) && given.dtype !== 'uint8') {
        view = selectAt(self, view, dim, Number(given.item()), position);
      } else {
        const isFlag = given.ndim === 0 && (given.dtype === 'bool' || given.dtype === 'uint8');
        if (isFlag) view = view.unsqueeze(dim);
        tensors[dim++] = given;
      }
    }
  }
  return { view, tensors: expandMasks(view, tensors) };
}

/** Masks stand at their first dimension until here; what follows them moves on by the others. */
function expandMasks(
  view: Tensor,
  tensors: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const out: (Tensor | undefined)[] = [];
  for (let i = 0; i < tensors.length; i++) {
    const index = tensors[i];
    if (index === undefined) out.push(undefined);
    else out.push(...indexTensors(index, view, out.length));
  }
  if (out.length > view.ndim) fail('index/too-many', { rank: view.ndim, got: out.length });
  while (out.length < view.ndim) out.push(undefined);
  return out;
}

function listDtype(list: unknown): { dtype?: 'int64' } {
  let first: unknown = list;
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'boolean' ? {} : { dtype: 'int64' };
}

function dimsConsumed(index: Index): number {
  if (index === null || index === '...' || typeof index === 'boolean') return 0;
  if (index instanceof Tensor && (index.dtype === 'bool' || index.dtype === 'uint8')) return index.ndim;
  if (
    typeof index === 'object' ||
    (typeof index === 'number' && Number.isInteger(index)) ||
    typeof index === 'bigint'
  ) {
    return 1;
  }
  if (typeof index === 'string') fail('dtype/invalid-data', { value: index });
  return fail('index/kind', { value: index });
}

/** `position` is the place among the indices, which PyTorch reports as the dimension. */
function selectAt(self: Tensor, view: Tensor, dim: number, index: number, position: number): Tensor {
  if (self.ndim === 0) fail('index/0d', {});
  const size = view.shape[dim]!;
  if (index < -size || index >= size) fail('index/range', { index, dim: position, size });
  return view.select(dim, index);
}

/** A mask as one vector of positions for each of its dimensions; int64 indices as they are. */
function indexTensors(index: Tensor, view: Tensor, dim: number): Tensor[] {
  if (index.dtype === 'int64') return [index];
  if (index.dtype === 'int32' && index.numel() === 0) return [index.to('int64')];
  if (index.dtype !== 'bool' && index.dtype !== 'uint8') {
    if (index.numel() === 0) return [index.to('int64')];
    fail('index/dtype', { dtype: index.dtype });
  }
  index.shape.forEach((size, d) => {
    if (view.shape[dim + d] !== size) {
      fail('index/mask', { mask: index.shape, at: d, shape: view.shape, dim: dim + d });
    }
  });
  const rows = nonzero(index);
  if (index.ndim === 0) {
    return [noGrad(() => rows.newZeros([rows.shape[0]!], { dtype: 'int64' }))];
  }
  return Array.from({ length: index.ndim }, (_, d) => rows.select(1, d));
}

/** Where the result of advanced indexing comes from: one linear index over the indexed dimensions. */
export interface Advanced {
  /** Dimensions of the view that tensors index. */
  readonly axes: readonly number[];
  /** The broadcast shape of the index tensors. */
  readonly shape: Shape;
  /** For each position the offset along the indexed dimensions put together in row-major order. */
  readonly linear: Tensor;
  /** Where the index dimensions stand in the result. */
  readonly at: number;
  /** Sizes of the indexed dimensions. */
  readonly sizes: Shape;
}

/** {@link Advanced} before anyone has looked at the indices. */
export type Layout = Omit<Advanced, 'linear'>;

/** @throws `index/broadcast` */
export function layoutOf(view: Tensor, tensors: readonly (Tensor | undefined)[]): Layout {
  const axes = tensors.flatMap((index, d) => (index === undefined ? [] : [d]));
  const shapes = axes.map((d) => tensors[d]!.shape);
  let shape: Shape = [];
  for (const own of shapes) {
    if (!canBroadcast(shape, own)) fail('index/broadcast', { shapes });
    shape = broadcastShapes(shape, own);
  }
  const adjacent = axes.every((d, i) => i === 0 || d === axes[i - 1]! + 1);
  return { axes, shape, at: adjacent ? axes[0]! : 0, sizes: axes.map((d) => view.shape[d]!) };
}

/** @throws `index/range`, and what {@link layoutOf} throws */
export function advanced(
  view: Tensor,
  tensors: readonly (Tensor | undefined)[],
  layout: Layout = layoutOf(view, tensors),
): Advanced {
  const { axes, shape, sizes } = layout;
  const linear = noGrad(() => {
    let total: Tensor | undefined;
    axes.forEach((axis, i) => {
      const index = tensors[axis]!.detach();
      const refuse = (bad: number, size: number): never =>
        size === 0
          ? fail('op/index', { text: 'index is out of bounds for dimension with size 0' })
          : fail('index/range', { index: bad, dim: i, size });
      const own = checkedIndex(index, sizes[i]!, refuse);
      total = total === undefined ? own : total.mul(sizes[i]!).add(own);
    });
    return total!.expand(shape);
  });
  return { ...layout, linear };
}

function canBroadcast(a: Shape, b: Shape): boolean {
  const rank = Math.max(a.length, b.length);
  for (let d = 1; d <= rank; d++) {
    const x = a[a.length - d] ?? 1;
    const y = b[b.length - d] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}

/** The view with its indexed dimensions first, put together into one. */
export function indexedFirst(view: Tensor, { axes, sizes }: Advanced): Tensor {
  const rest = view.shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const moved = view.permute([...axes, ...rest]);
  return moved.reshape([numelOf(sizes), ...rest.map((d) => view.shape[d]!)]);
}

export interface IndexAttrs {
  readonly advanced: Advanced;
  readonly shape: Shape;
}
