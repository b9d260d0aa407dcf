import type { GradRecord } from '../autograd/index.ts';
import { kernelOf } from '../dispatch/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, type Tensor, trackAll } from '../extend/index.ts';
import { planAlongAxis } from '../kernel/index.ts';
import { likeStrides, normalizeAxis, type Shape } from '../shape/index.ts';
import { selectingRecord } from './extrema.ts';
import { type KeepdimOr, type ReduceOptions, reduceOptions } from './internal/reduction.ts';
import { pickAlong, type ValuesAndIndices } from './internal/selecting.ts';
import { where } from './where.ts';

/** Keyword arguments of {@link sort}. Sorting is always stable. */
export interface SortOptions {
  /** Largest first. Default false. */
  readonly descending?: boolean;
  readonly stable?: boolean;
}

interface OrderAttrs {
  readonly shape: Shape;
  readonly axis: number;
}

/** Sends each sorted element's gradient back to where it came from. */
const orderRecord = (name: string): GradRecord<OrderAttrs> => ({
  name,
  saves: { out: [1] },
  backward: ([grad], c) => {
    const g = grad ?? c.grad(0);
    const { shape, axis } = c.attrs;
    return [shape.length === 0 ? g.reshape(shape) : g.newZeros(shape).scatter(axis, c.output(1), g)];
  },
});
const sortRecord = orderRecord('SortBackward0');
const stableSortRecord = orderRecord('SortBackward1');
const topkRecord = orderRecord('TopkBackward0');

function sorted(self: Tensor, axis: number, descending: boolean): ValuesAndIndices {
  const strides = likeStrides(self.shape, self.strides);
  const values = emptyTensor(self.backend, self.dtype, self.shape, strides);
  const indices = emptyTensor(self.backend, 'int64', self.shape, strides);
  if (self.numel() > 0) {
    const plan = planAlongAxis(self.shape, axis, [values.strides, indices.strides, self.strides]);
    kernelOf(self.backend, 'sort')(plan, descending, values, indices, self);
  }
  return { values, indices };
}

/** Sorted along `dim`, with where each element came from; NaN is the largest. */
export function sort(self: Tensor, dim = -1, options: SortOptions | boolean = {}): ValuesAndIndices {
  const descending = typeof options === 'boolean' ? options : (options.descending ?? false);
  const axis = normalizeAxis(dim, self.ndim);
  const { values, indices } = sorted(self, axis, descending);
  const isStable = typeof options === 'object' && options.stable !== undefined;
  const record = isStable ? stableSortRecord : sortRecord;
  const [v, i] = trackAll(record, [values, indices] as const, [self], { shape: self.shape, axis });
  return { values: v, indices: i };
}

/** Where {@link sort} takes its elements from. */
export function argsort(self: Tensor, dim = -1, options: SortOptions | boolean = {}): Tensor {
  return sort(self.detach(), dim, options).indices;
}

/** {@link sort} along the first dimension, the values only. */
export function msort(self: Tensor): Tensor {
  return sort(self, 0).values;
}

/** Keyword arguments of {@link topk}. */
export interface TopkOptions {
  /** The largest rather than the smallest. Default true. */
  readonly largest?: boolean;
  readonly sorted?: boolean;
}

/** The `k` largest along `dim`, in order, with their indices. */
export function topk(
  self: Tensor,
  k: number,
  dim = -1,
  { largest = true }: TopkOptions = {},
): ValuesAndIndices {
  const axis = normalizeAxis(dim, self.ndim);
  const size = self.ndim === 0 ? 1 : self.shape[axis]!;
  if (k < 0 || k > size) fail('op/argument', { text: 'selected index k out of range' });
  if (self.dtype === 'bool' && self.ndim > 0 && self.numel() > 0)
    fail('dtype/not-implemented', { kernel: 'topk_cpu', dtype: 'Bool' });
  const all = sorted(self, axis, largest);
  const cut = (x: Tensor): Tensor => (self.ndim === 0 ? x : x.narrow(axis, 0, k).contiguous().detach());
  const [values, indices] = trackAll(topkRecord, [cut(all.values), cut(all.indices)] as const, [self], {
    shape: self.shape,
    axis,
  });
  return { values, indices };
}

const kthvalueRecord = selectingRecord('KthvalueBackward0');
const medianRecord = selectingRecord('MedianBackward1');
const nanmedianRecord = selectingRecord('NanmedianBackward1');

/** The `k`-th smallest along `dim` (counting from 1) with its index. */
export function kthvalue(
  self: Tensor,
  k: number,
  dim = -1,
  options?: KeepdimOr<ReduceOptions>,
): ValuesAndIndices {
  const { keepdim = false } = reduceOptions(options);
  const axis = normalizeAxis(dim, self.ndim);
  const size = self.ndim === 0 ? 1 : self.shape[axis]!;
  if (self.ndim > 0 && size === 0)
    fail('op/index', { text: `kthvalue(): Expected reduction dim ${axis} to have non-zero size.` });
  if (k < 1 || k > size)
    fail('op/argument', { text: `kthvalue(): selected number k out of range for dimension ${axis}` });
  if (self.dtype === 'bool') fail('dtype/not-implemented', { kernel: 'kthvalue_cpu', dtype: 'Bool' });
  const { indices } = sorted(self.detach(), axis, false);
  const index = self.ndim === 0 ? indices : indices.narrow(axis, k - 1, 1).contiguous();
  return pickAlong(kthvalueRecord, self, axis, index, keepdim);
}

/** `median()`: the lower of the two middle elements. `median(dim)`: along a dimension, with its index. NaN wins. */
export function median(self: Tensor): Tensor;
export function median(self: Tensor, dim: number, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices;
export function median(
  self: Tensor,
  dim?: number,
  options?: KeepdimOr<ReduceOptions>,
): Tensor | ValuesAndIndices {
  return medianOf(self, dim, options, false);
}

/** {@link median} of what is not NaN. */
export function nanmedian(self: Tensor): Tensor;
export function nanmedian(self: Tensor, dim: number, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices;
export function nanmedian(
  self: Tensor,
  dim?: number,
  options?: KeepdimOr<ReduceOptions>,
): Tensor | ValuesAndIndices {
  return medianOf(self, dim, options, true);
}

function medianOf(
  self: Tensor,
  dim: number | undefined,
  options: KeepdimOr<ReduceOptions>,
  ignoreNaN: boolean,
): Tensor | ValuesAndIndices {
  if (self.dtype === 'bool') {
    fail('dtype/not-implemented', { kernel: dim === undefined ? 'median_cpu' : 'median_out', dtype: 'Bool' });
  }
  const record = ignoreNaN ? nanmedianRecord : medianRecord;
  if (dim === undefined) return medianOf1d(self, ignoreNaN);
  const { keepdim = false } = reduceOptions(options);
  const axis = normalizeAxis(dim, self.ndim);
  if (self.ndim > 0 && self.shape[axis] === 0) {
    fail('op/index', { text: `median(): Expected reduction dim ${axis} to have non-zero size.` });
  }
  return pickAlong(record, self, axis, medianIndex(self.detach(), axis, ignoreNaN), keepdim);
}

/** Where the median along `axis` is, that dimension kept as size 1. */
function medianIndex(self: Tensor, axis: number, ignoreNaN: boolean): Tensor {
  const { indices } = sorted(self, axis, false);
  if (self.ndim === 0) return indices;
  const size = self.shape[axis]!;
  const nans = self.isnan().sum(axis, { keepdim: true });
  const valid = nans.neg().add(size);
  const lower = valid.sub(1).div(2, { roundingMode: 'floor' }).clamp(0);
  // A NaN wins the plain median: the first of them comes right after the valid elements.
  const place = ignoreNaN ? lower : where(nans.gt(0), valid.clamp(0, size - 1), lower);
  return indices.gather(axis, place);
}

const medianAllRecord: GradRecord<undefined> = {
  name: 'MedianBackward0',
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const self = c.input(0);
        const out = c.output();
        const mask = self.eq(out).logicalOr(self.isnan().logicalAnd(out.isnan()));
        return mask.mul(g.div(mask.sum()));
      },
    },
  ],
};
const nanmedianAllRecord: GradRecord<undefined> = { ...medianAllRecord, name: 'NanmedianBackward0' };

function medianOf1d(self: Tensor, ignoreNaN: boolean): Tensor {
  const flat = self.detach().reshape(-1);
  const out =
    flat.numel() === 0
      ? flat.newFull([], Number.NaN)
      : flat
          .gather(0, medianIndex(flat, 0, ignoreNaN))
          .view([])
          .detach();
  const [value] = trackAll(
    ignoreNaN ? nanmedianAllRecord : medianAllRecord,
    [out] as const,
    [self],
    undefined,
  );
  return value;
}
