/**
 * PyTorch's `torch.masked`: reductions and normalisations of the elements where a mask is true.
 * @packageDocumentation
 */
import { type DType, getDefaultDtype, isFloatingPoint, type Scalar } from '../dtype/index.ts';
import type { Tensor } from '../extend/index.ts';
import { normalizeAxes } from '../shape/index.ts';
import { limitOf } from './internal/limits.ts';
import type { Dims } from './internal/reduction.ts';
import { vectorNorm } from './statistics.ts';
import { where } from './where.ts';

/** Keyword arguments of masked operations. */
export interface MaskedOptions {
  /** Converts the elements first. */
  readonly dtype?: DType | undefined;
  /** Which elements count, broadcast to the tensor; all without it. */
  readonly mask?: Tensor | null | undefined;
}

/** Keyword arguments of masked reductions. */
export interface MaskedReduceOptions extends MaskedOptions {
  readonly keepdim?: boolean;
}

/** The tensor with `filler`, which does not change the result, where the mask is false. */
function filled(self: Tensor, { mask }: MaskedOptions, filler: Scalar): Tensor {
  if (mask == null) return self;
  return where(
    mask.to('bool').expand(self.shape),
    self,
    self.detach().newFull([], filler, { dtype: self.dtype }),
  );
}

function converted(self: Tensor, { dtype }: MaskedOptions, accumulates = false): Tensor {
  const own = accumulates && !isFloatingPoint(self.dtype) ? 'int64' : self.dtype;
  return self.to(dtype ?? own);
}

function axesOf(self: Tensor, dim: Dims | undefined): number[] {
  return [...normalizeAxes(dim ?? undefined, self.ndim)];
}

const keep = ({ keepdim = false }: MaskedReduceOptions): { keepdim: boolean } => ({ keepdim });

/** The sum over `dim`. */
export function sum(self: Tensor, dim?: Dims, options: MaskedReduceOptions = {}): Tensor {
  return filled(converted(self, options, true), options, 0).sum(axesOf(self, dim), keep(options));
}

/** The product over `dim`. */
export function prod(self: Tensor, dim?: Dims, options: MaskedReduceOptions = {}): Tensor {
  const x = filled(converted(self, options, true), options, 1);
  const axes = axesOf(self, dim);
  const out = axes.reduceRight((part, axis) => part.prod(axis, { keepdim: true }), x);
  if (self.ndim === 0) return out.prod();
  return options.keepdim === true ? out : out.squeeze(axes);
}

function extreme(self: Tensor, options: MaskedOptions, filler: 'lowest' | 'highest'): Tensor {
  const x = converted(self, options);
  return filled(x, options, limitOf(x.dtype, filler));
}

/** The largest over `dim`. */
export function amax(self: Tensor, dim?: Dims, options: MaskedReduceOptions = {}): Tensor {
  return extreme(self, options, 'lowest').amax(axesOf(self, dim), keep(options));
}

/** The smallest over `dim`. */
export function amin(self: Tensor, dim?: Dims, options: MaskedReduceOptions = {}): Tensor {
  return extreme(self, options, 'highest').amin(axesOf(self, dim), keep(options));
}

/** Where the largest is, in the tensor's own dtype. */
export function argmax(self: Tensor, dim?: number | null, options: MaskedReduceOptions = {}): Tensor {
  const x = extreme(self, options, 'lowest');
  return x.argmax(dim ?? null, keep(options)).to(x.dtype);
}

/** Where the smallest is, in the tensor's own dtype. */
export function argmin(self: Tensor, dim?: number | null, options: MaskedReduceOptions = {}): Tensor {
  const x = extreme(self, options, 'highest');
  return x.argmin(dim ?? null, keep(options)).to(x.dtype);
}

/** How many elements count. */
function counts(self: Tensor, axes: number[], options: MaskedReduceOptions): Tensor {
  const ones = self.detach().newOnes(self.shape, { dtype: 'int64' });
  return filled(ones, options, 0).sum(axes, keep(options));
}

/** The mean over `dim`. */
export function mean(self: Tensor, dim?: Dims, options: MaskedReduceOptions = {}): Tensor {
  const x = converted(self, options);
  const axes = axesOf(self, dim);
  if (isFloatingPoint(x.dtype) && options.mask == null) return x.mean(axes, keep(options));
  // As in PyTorch, the sum of bools is a bool: whether there is any.
  const total = sum(x, axes, options);
  return (x.dtype === 'bool' ? total.gt(0) : total).div(counts(x, axes, options));
}

/** The median along `dim`, the lower of two. */
export function median(self: Tensor, dim = -1, options: MaskedReduceOptions = {}): Tensor {
  const x = converted(self, options);
  if (options.mask == null) return x.median(dim, keep(options)).values;
  return filled(x, options, Number.NaN).nanmedian(dim, keep(options)).values;
}

/** log Σ e^x over `dim`; its whole part for integers. */
export function logsumexp(self: Tensor, dim?: Dims, options: MaskedReduceOptions = {}): Tensor {
  const own = converted(self, options);
  const wide = isFloatingPoint(own.dtype) ? own : own.to(getDefaultDtype());
  const x = filled(wide, options, Number.NEGATIVE_INFINITY);
  return x.logsumexp(axesOf(self, dim), keep(options)).to(own.dtype);
}

/** log(e^self + e^other). */
export function logaddexp(
  self: Tensor,
  other: Tensor,
  options: {
    readonly dtype?: DType;
    readonly inputMask?: Tensor | null;
    readonly otherMask?: Tensor | null;
  } = {},
): Tensor {
  const { dtype, inputMask, otherMask } = options;
  const prepared = (x: Tensor, mask: Tensor | null | undefined): Tensor =>
    filled(converted(x, { dtype }), { mask }, Number.NEGATIVE_INFINITY);
  return prepared(self, inputMask).logaddexp(prepared(other, otherMask));
}

/** The p-norm over `dim`. */
export function norm(
  self: Tensor,
  ord: number | null = 2,
  dim?: Dims,
  options: MaskedReduceOptions = {},
): Tensor {
  const order = ord ?? 2;
  const filler = order === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : 0;
  const x = filled(converted(self, options), options, filler);
  return vectorNorm(x, order, axesOf(self, dim), keep(options));
}

/** Divided by its norm along `dim`, or by `eps` if that is larger. */
export function normalize(
  self: Tensor,
  ord: number,
  dim: number,
  options: MaskedOptions & { readonly eps?: number } = {},
): Tensor {
  const { eps = 1e-12, ...rest } = options;
  const size = norm(self, ord, dim, { ...rest, keepdim: true });
  const divisor = size.maximum(size.newFull([], eps, { dtype: size.dtype }));
  return filled(converted(self, rest), rest, 0).div(divisor);
}

function spread(
  self: Tensor,
  dim: Dims | undefined,
  unbiased: boolean,
  options: MaskedReduceOptions,
): Tensor {
  const converted_ = converted(self, options);
  const x = isFloatingPoint(converted_.dtype) ? converted_ : converted_.to('float32');
  const axes = axesOf(self, dim);
  const { mask } = options;
  const total = sum(x, axes, { mask, keepdim: true });
  const centred = x.sub(total.div(counts(x, axes, { mask, keepdim: true })));
  const squares = sum(centred.mul(centred), axes, { ...keep(options), mask });
  const count = counts(x, axes, { ...keep(options), mask });
  return squares.div(unbiased ? count.sub(1).clamp(0) : count);
}

function variance(self: Tensor, dim?: Dims, unbiased = false, options: MaskedReduceOptions = {}): Tensor {
  return spread(self, dim, unbiased, options);
}

export { variance as var };

/** The standard deviation over `dim`. */
export function std(self: Tensor, dim?: Dims, unbiased = false, options: MaskedReduceOptions = {}): Tensor {
  return spread(self, dim, unbiased, options).sqrt();
}

/** Running sums along `dim`. */
export function cumsum(self: Tensor, dim: number, options: MaskedOptions = {}): Tensor {
  return filled(converted(self, options, true), options, 0).cumsum(dim);
}

/** Running products along `dim`. */
export function cumprod(self: Tensor, dim: number, options: MaskedOptions = {}): Tensor {
  return filled(converted(self, options, true), options, 1).cumprod(dim);
}

/** e^x along `dim`, divided by its sum there. */
export function softmax(self: Tensor, dim: number, options: MaskedOptions = {}): Tensor {
  return filled(converted(self, options), options, Number.NEGATIVE_INFINITY).softmax(dim);
}

/** log of {@link softmax}. */
export function logSoftmax(self: Tensor, dim: number, options: MaskedOptions = {}): Tensor {
  return filled(converted(self, options), options, Number.NEGATIVE_INFINITY).logSoftmax(dim);
}

/** {@link softmax} of -x. */
export function softmin(self: Tensor, dim: number, options: MaskedOptions = {}): Tensor {
  return filled(converted(self, options), options, Number.POSITIVE_INFINITY).neg().softmax(dim);
}
