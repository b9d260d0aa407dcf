import { isGradEnabled } from '../autograd/index.ts';
import { launchReduce } from '../dispatch/index.ts';
import { type DType, dtypeInfo, dtypes, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  type Expr,
  emptyTensor,
  type GradRecord,
  noGrad,
  s,
  type Tensor,
  track,
  trackAll,
} from '../extend/index.ts';
import { type Combine, type ReduceKernel, reduceKernel } from '../kernel/index.ts';
import { cast, load, param } from '../scalar/index.ts';
import { type Axis, normalizeAxes, normalizeAxis, reducedShape, type Shape } from '../shape/index.ts';
import { aliasTensor } from '../tensor/index.ts';

/** Which dimensions a reduction removes: one, several, or all of them. */
export type Dims = number | readonly number[] | null;

/** Keyword arguments of reductions; a boolean stands for `keepdim`, as in PyTorch's positional form. */
export interface ReduceOptions {
  /** Leaves the reduced dimensions with size 1. Default false. */
  readonly keepdim?: boolean | undefined;
  /** Converts the elements first. */
  readonly dtype?: DType | undefined;
}

/** `keepdim` alone or options. */
export type KeepdimOr<O extends ReduceOptions> = boolean | O | undefined;

/** Options however they were given. */
export function reduceOptions<O extends ReduceOptions>(options: KeepdimOr<O>): O | ReduceOptions {
  return typeof options === 'boolean' ? { keepdim: options } : (options ?? {});
}

/** Reductions of one kind, their kernels made once per pair of dtypes. */
export class Reduction {
  private readonly kernels = new Map<number, ReduceKernel>();
  private readonly combine: Combine;
  private readonly pre: (x: Expr, ...more: Expr[]) => Expr;
  private readonly post: ((combined: Expr, scalar: Expr) => Expr) | undefined;

  constructor(
    combine: Combine,
    pre: (x: Expr, ...more: Expr[]) => Expr = (x) => x,
    post?: (combined: Expr, scalar: Expr) => Expr,
  ) {
    this.combine = combine;
    this.pre = pre;
    this.post = post;
  }

  /** Reduces `axes` of the inputs, computing in `dtype`; the result has dtype `output`. Outside the graph. */
  run(
    inputs: readonly Tensor[],
    axes: readonly number[],
    keepdim: boolean,
    dtype: DType,
    scalar?: number,
    output: DType = dtype,
  ): Tensor {
    const [self] = inputs as [Tensor, ...Tensor[]];
    const kernel = this.kernel(inputs, dtype, output);
    const out = emptyTensor(self.backend, output, reducedShape(self.shape, axes, false));
    launchReduce(kernel, out, inputs, axes, scalar === undefined ? [] : [scalar]);
    return keepdim ? out.view(reducedShape(self.shape, axes, true)) : out;
  }

  private kernel(inputs: readonly Tensor[], dtype: DType, output: DType): ReduceKernel {
    let key = dtypeInfo[dtype].id * dtypes.length + dtypeInfo[output].id;
    for (const input of inputs) key = key * dtypes.length + dtypeInfo[input.dtype].id;
    const known = this.kernels.get(key);
    if (known !== undefined) return known;
    const [first, ...rest] = inputs.map((input, i) => cast(load(i, input.dtype), dtype));
    const pre = this.pre(first!, ...rest);
    const { post } = this;
    const kernel = reduceKernel(this.combine, pre, output, (combined) =>
      post === undefined ? combined : post(combined, param(0, combined.dtype)),
    );
    this.kernels.set(key, kernel);
    return kernel;
  }
}

const sums = new Reduction('sum');
const means = new Reduction(
  'sum',
  (x) => x,
  (total, count) => s.div(total, count),
);
const products = new Reduction('prod');
const maxima = new Reduction('max');
const minima = new Reduction('min');
const argMaxima = new Reduction('argmax');
const argMinima = new Reduction('argmin');

/** What a gradient needs to grow back to the input's shape. */
interface ReduceAttrs {
  readonly shape: Shape;
  readonly axes: readonly number[];
  readonly count: number;
}

function attrsOf(self: Tensor, axes: readonly number[]): ReduceAttrs {
  let count = 1;
  for (const axis of axes) count *= self.shape[axis]!;
  return { shape: self.shape, axes, count };
}

/** A reduced tensor with its removed dimensions back as size 1. */
export function restoreDims(out: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return out.reshape(reducedShape(shape, axes, true));
}

function growBack(grad: Tensor, attrs: ReduceAttrs): Tensor {
  // Nothing is recorded: one alias does for two views.
  if (!isGradEnabled()) return stretched(grad, attrs);
  return restoreDims(grad, attrs.shape, attrs.axes).expand(attrs.shape);
}

/** The reduced tensor repeated along the removed dimensions, by strides of 0. */
function stretched(grad: Tensor, { shape, axes }: ReduceAttrs): Tensor {
  const strides = new Array<number>(shape.length).fill(0);
  const keepdim = grad.ndim === shape.length;
  let from = 0;
  let next = 0;
  for (let d = 0; d < shape.length; d++) {
    if (axes[next] === d) {
      next++;
      if (keepdim) from++;
    } else strides[d] = grad.strides[from++]!;
  }
  return aliasTensor(grad, shape, strides);
}

const sumRecord = (name: string): GradRecord<ReduceAttrs> => ({
  name,
  grads: [{ vjp: (g, c) => growBack(g, c.attrs) }],
});
const sumAll = sumRecord('SumBackward0');
const sumDims = sumRecord('SumBackward1');

function axesOf(self: Tensor, dim: Dims | undefined): readonly Axis[] {
  return normalizeAxes(dim ?? undefined, self.ndim);
}

/** The sum over `dim`. Integers and bools give int64. */
export function sum(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false, dtype } = reduceOptions(options);
  const out = dtype ?? (isFloatingPoint(self.dtype) ? self.dtype : 'int64');
  const axes = axesOf(self, dim);
  const result = sums.run([self], axes, keepdim, out);
  return track(dim == null ? sumAll : sumDims, result, [self], attrsOf(self, axes));
}

/** The sum over `dim` in which NaN counts as 0. */
export function nansum(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  return isFloatingPoint(self.dtype)
    ? self.maskedFill(self.isnan(), 0).sum(dim, options)
    : self.sum(dim, options);
}

const meanRecord = (name: string): GradRecord<ReduceAttrs> => ({
  name,
  grads: [{ vjp: (g, c) => growBack(g.div(c.attrs.count), c.attrs) }],
});
const meanAll = meanRecord('MeanBackward0');
const meanDims = meanRecord('MeanBackward1');

/** The mean over `dim`, of a floating tensor. */
export function mean(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false, dtype = self.dtype } = reduceOptions(options);
  if (!isFloatingPoint(dtype)) fail('dtype/mean', { op: 'mean', dtype: dtypeInfo[dtype].title });
  const axes = axesOf(self, dim);
  const attrs = attrsOf(self, axes);
  const result = means.run([self], axes, keepdim, dtype, attrs.count);
  return track(dim == null ? meanAll : meanDims, result, [self], attrs);
}

/** The mean over `dim` of what is not NaN. */
export function nanmean(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false } = reduceOptions(options);
  const count = self.isnan().logicalNot().sum(dim, { keepdim });
  return self.nansum(dim, options).div(count);
}

const prodRecord = (name: string): GradRecord<ReduceAttrs> => ({
  name,
  grads: [{ in: [0], out: [0], vjp: (g, c) => prodGrad(g, c.input(0), c.output(), c.attrs) }],
});
const prodAll = prodRecord('ProdBackward0');
const prodDim = prodRecord('ProdBackward1');

function prodGrad(g: Tensor, self: Tensor, out: Tensor, attrs: ReduceAttrs): Tensor {
  if (self.backend.manifest.syncRead && self.ne(0).all().item() === true) {
    return growBack(g.mul(out), attrs).div(self);
  }
  return growBack(g, attrs).mul(productOfOthers(self, attrs.axes));
}

/** For each element the product of the others along the axes: exact where elements are 0. */
function productOfOthers(self: Tensor, axes: readonly number[]): Tensor {
  if (self.ndim === 0) return self.onesLike();
  const whole = axes.length === self.ndim;
  const axis = whole ? 0 : axes[0]!;
  const along = (whole ? self.flatten() : self).movedim(axis, -1);
  const n = along.shape[along.ndim - 1]!;
  const own = along
    .newOnes([n, n], { dtype: 'bool' })
    .triu()
    .logicalAnd(along.newOnes([n, n], { dtype: 'bool' }).tril());
  const others = along
    .unsqueeze(-2)
    .expand([...along.shape.slice(0, -1), n, n])
    .maskedFill(own, 1)
    .prod(-1);
  const back = others.movedim(-1, axis);
  return whole ? back.view(self.shape) : back;
}

/** The product over one dimension or over all. Integers and bools give int64. */
export function prod(self: Tensor, dim?: number | null, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false, dtype } = reduceOptions(options);
  const out = dtype ?? (isFloatingPoint(self.dtype) ? self.dtype : 'int64');
  const axes = axesOf(self, dim);
  const result = products.run([self], axes, keepdim, out);
  return track(dim == null ? prodAll : prodDim, result, [self], attrsOf(self, axes));
}

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
  requireElements(op, self, axes, dim);
  const result = reduction.run([self], axes, keepdim, self.dtype);
  return track(record, result, [self], attrsOf(self, axes));
}

function requireElements(op: string, self: Tensor, axes: readonly number[], dim: Dims | undefined): void {
  if (self.numel() > 0) return;
  if (dim == null || axes.length === self.ndim) {
    if (dim == null || self.ndim === 0) fail('op/empty-reduction', { op });
  }
  for (const d of axes) if (self.shape[d] === 0) fail('op/empty-reduction-dim', { op, dim: d });
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
  if (self.dtype === 'bool') fail('dtype/not-implemented', { kernel: `${op}_cpu`, dtype: 'Bool' });
  const axes = axesOf(self, dim);
  requireElements(op, self, axes, dim);
  return reduction.run([self], axes, keepdim, self.dtype, undefined, 'int64');
}

/** Values and where they came from. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

interface SelectingAttrs {
  readonly shape: Shape;
  readonly axis: number;
  readonly keepdim: boolean;
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

/** Picks along `axis` what `index` (with the axis as size 1) says, as a recorded operation with both results. */
export function pickAlong(
  record: GradRecord<SelectingAttrs>,
  self: Tensor,
  axis: number,
  index: Tensor,
  keepdim: boolean,
): ValuesAndIndices {
  const picked = noGrad(() => (self.ndim === 0 ? self.clone() : self.detach().gather(axis, index)));
  const values = keepdim || self.ndim === 0 ? picked : picked.squeeze(axis).detach();
  const indices = keepdim || self.ndim === 0 ? index : index.squeeze(axis).detach();
  const [v, i] = trackAll(record, [values, indices] as const, [self], { shape: self.shape, axis, keepdim });
  return { values: v, indices: i };
}

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
  if (dim === undefined) return extreme(minima, minAll, 'min', self, undefined, false);
  if (typeof dim !== 'number') return self.minimum(dim);
  return extremeAlong(argMinima, minDim, 'min', self, dim, reduceOptions(options).keepdim ?? false);
}

const anyTrue = new Reduction('max', (x) => cast(x, 'bool'));
const allTrue = new Reduction('min', (x) => cast(x, 'bool'));

function truth(
  reduction: Reduction,
  self: Tensor,
  dim: Dims | undefined,
  options: KeepdimOr<ReduceOptions>,
): Tensor {
  const { keepdim = false } = reduceOptions(options);
  const output = self.dtype === 'uint8' ? 'uint8' : 'bool';
  return reduction.run([self], axesOf(self, dim), keepdim, self.dtype, undefined, output);
}

/** True where any element over `dim` is not 0. */
export function any(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  return truth(anyTrue, self, dim, options);
}

/** True where all elements over `dim` are not 0. */
export function all(self: Tensor, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  return truth(allTrue, self, dim, options);
}

/** How many elements over `dim` are not 0. */
export function countNonzero(self: Tensor, dim?: Dims): Tensor {
  return self.ne(0).sum(dim);
}

const logsumexpRecord: GradRecord<ReduceAttrs> = {
  name: 'LogsumexpBackward0',
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const { shape, axes } = c.attrs;
        return restoreDims(g, shape, axes).mul(
          c
            .input(0)
            .sub(restoreDims(c.output(), shape, axes))
            .exp(),
        );
      },
    },
  ],
};

const sumExps = new Reduction('sum', (x, m) => s.exp(s.sub(x, m!)));

/** log Σ e^x over `dim`, without overflow. */
export function logsumexp(self: Tensor, dim: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false } = reduceOptions(options);
  const axes = axesOf(self, dim);
  const out = noGrad(() => {
    const x = isFloatingPoint(self.dtype) ? self.detach() : self.to('float32');
    if (x.numel() === 0) return x.exp().sum(dim, { keepdim }).log();
    const m = x.amax([...axes], { keepdim: true });
    const finite = m.maskedFill(m.isinf(), 0);
    const total = sumExps.run([x, finite], axes, true, x.dtype).log().add(finite);
    return keepdim ? total : total.view(reducedShape(self.shape, axes, false)).detach();
  });
  return track(logsumexpRecord, out, [self], attrsOf(self, axes));
}
