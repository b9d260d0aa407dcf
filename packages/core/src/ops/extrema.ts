import { fail } from '../errors/index.ts';
import { type GradRecord, Tensor, track } from '../extend/index.ts';
import { normalizeAxis } from '../shape/index.ts';
import {
  attrsOf,
  axesOf,
  type Dims,
  type KeepdimOr,
  type ReduceAttrs,
  type ReduceOptions,
  Reduction,
  reduceOptions,
  requireElements,
  restoreDims,
} from './internal/reduction.ts';
import { pickAlong, type SelectingAttrs, type ValuesAndIndices } from './internal/selecting.ts';

const maxima = new Reduction('max');
const minima = new Reduction('min');
const argMaxima = new Reduction('argmax');
const argMinima = new Reduction('argmin');

/** Shares a gradient among the elements that equal the extreme. */
const extremeRecord = (name: string): GradRecord<ReduceAttrs> => ({
  name,
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const { shape, axes } = c.attrs;
        const self = c.input(0);
        const hit = self.eq(restoreDims(c.output(), shape, axes));
        const mask = hit.logicalOr(self.isnan());
        const share = restoreDims(g, shape, axes).div(mask.sum([...axes], { keepdim: true }));
        return mask.mul(share);
      },
    },
  ],
});
const amaxRecord = extremeRecord('AmaxBackward0');
const aminRecord = extremeRecord('AminBackward0');
const maxAll = extremeRecord('MaxBackward1');
const minAll = extremeRecord('MinBackward1');

function extreme(
  reduction: Reduction,
  record: GradRecord<ReduceAttrs>,
  op: string,
  self: Tensor,
  dim: Dims | undefined,
  keepdim: boolean,
): Tensor {
  const axes = axesOf(self, dim);
  requireElements(op, self, axes, dim, dim == null ? axes : [dim].flat());
  const result = reduction.run([self], axes, keepdim, self.dtype);
  return track(record, result, [self], attrsOf(self, axes));
}

/** The largest over `dim`; equal ones share the gradient, NaN wins. */
export function amax(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  return extreme(maxima, amaxRecord, 'amax', self, dim, reduceOptions(options).keepdim ?? false);
}

/** The smallest over `dim`; equal ones share the gradient, NaN wins. */
export function amin(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  return extreme(minima, aminRecord, 'amin', self, dim, reduceOptions(options).keepdim ?? false);
}

/** {@link amin} and {@link amax} together. */
export function aminmax(
  self: Tensor,
  options: { readonly dim?: number; readonly keepdim?: boolean } = {},
): { min: Tensor; max: Tensor } {
  const { dim, keepdim = false } = options;
  if (self.numel() === 0) {
    if (dim === undefined) {
      fail('op/argument', {
        text: 'aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.',
      });
    }
    if (self.shape[normalizeAxis(dim, self.ndim)] === 0) {
      fail('op/index', { text: `aminmax: Expected reduction dim ${dim} to have non-zero size.` });
    }
  }
  // PyTorch's aminmax, alone among reductions, gives a 0-d tensor a dimension to keep.
  const x = self.ndim === 0 && keepdim && dim !== undefined ? self.reshape([1]) : self;
  return { min: amin(x, dim, keepdim), max: amax(x, dim, keepdim) };
}

/** The row-major position of the first largest element, over `dim` or over all; NaN wins. int64. */
export function argmax(self: Tensor, dim?: number | null, options?: KeepdimOr<ReduceOptions>): Tensor {
  return argExtreme(argMaxima, 'argmax', self, dim, reduceOptions(options).keepdim ?? false);
}

/** The row-major position of the first smallest element, over `dim` or over all; NaN wins. int64. */
export function argmin(self: Tensor, dim?: number | null, options?: KeepdimOr<ReduceOptions>): Tensor {
  return argExtreme(argMinima, 'argmin', self, dim, reduceOptions(options).keepdim ?? false);
}

function argExtreme(
  reduction: Reduction,
  op: string,
  self: Tensor,
  dim: number | null | undefined,
  keepdim: boolean,
): Tensor {
  if (dim == null && self.numel() === 0) fail('op/empty-argument-reduction', { op });
  const axes = axesOf(self, dim);
  requireElements(op, self, axes, dim);
  // PyTorch does not look where there is nothing to choose between.
  const chooses = dim == null || (self.ndim > 0 && self.shape[axes[0]!] !== 1 && self.numel() > 0);
  if (self.dtype === 'bool' && chooses) fail('dtype/not-implemented', { kernel: `${op}_cpu`, dtype: 'Bool' });
  const source = self.dtype === 'bool' ? self.detach().to('uint8') : self;
  return reduction.run([source], axes, keepdim, source.dtype, undefined, 'int64');
}

/** The record of an operation that picks one element along an axis: the gradient goes back to where it was. */
export const selectingRecord = (name: string): GradRecord<SelectingAttrs> => ({
  name,
  saves: { out: [1] },
  backward: ([grad], c) => {
    const { shape, axis, keepdim } = c.attrs;
    const index = c.output(1);
    const g = grad ?? c.grad(0);
    if (shape.length === 0) return [g];
    const [gk, ik] = keepdim ? [g, index] : [g.unsqueeze(axis), index.unsqueeze(axis)];
    return [gk.newZeros(shape).scatter(axis, ik, gk)];
  },
});
const maxDim = selectingRecord('MaxBackward0');
const minDim = selectingRecord('MinBackward0');

function extremeAlong(
  reduction: Reduction,
  record: GradRecord<SelectingAttrs>,
  op: string,
  self: Tensor,
  dim: number,
  keepdim: boolean,
): ValuesAndIndices {
  const axis = normalizeAxis(dim, self.ndim);
  const axes = self.ndim === 0 ? [] : [axis];
  requireElements(op, self, axes, dim);
  const source = self.dtype === 'bool' ? self.to('uint8') : self;
  const index = reduction.run([source.detach()], axes, true, source.dtype, undefined, 'int64');
  return pickAlong(record, self, axis, index, keepdim);
}

/** `max()`: the largest element. `max(dim)`: the largest along `dim` with its index. `max(other)`: elementwise. */
export function max(self: Tensor): Tensor;
export function max(self: Tensor, other: Tensor): Tensor;
export function max(self: Tensor, dim: number, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices;
export function max(
  self: Tensor,
  dim?: number | Tensor,
  options?: KeepdimOr<ReduceOptions>,
): Tensor | ValuesAndIndices {
  if (!(self instanceof Tensor)) fail('op/combination', { op: 'max', values: [self, dim] });
  if (dim === undefined) return extreme(maxima, maxAll, 'max', self, undefined, false);
  if (typeof dim !== 'number') return self.maximum(dim);
  return extremeAlong(argMaxima, maxDim, 'max', self, dim, reduceOptions(options).keepdim ?? false);
}

/** `min()`: the smallest element. `min(dim)`: the smallest along `dim` with its index. `min(other)`: elementwise. */
export function min(self: Tensor): Tensor;
export function min(self: Tensor, other: Tensor): Tensor;
export function min(self: Tensor, dim: number, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices;
export function min(
  self: Tensor,
  dim?: number | Tensor,
  options?: KeepdimOr<ReduceOptions>,
): Tensor | ValuesAndIndices {
  if (!(self instanceof Tensor)) fail('op/combination', { op: 'min', values: [self, dim] });
  if (dim === undefined) return extreme(minima, minAll, 'min', self, undefined, false);
  if (typeof dim !== 'number') return self.minimum(dim);
  return extremeAlong(argMinima, minDim, 'min', self, dim, reduceOptions(options).keepdim ?? false);
}
