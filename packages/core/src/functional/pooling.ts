import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { canRead, compute, type GradRecord, isTracked, noGrad, type Tensor, track } from '../extend/index.ts';
import { numelOf, type Shape } from '../shape/index.ts';
import { titleOf } from './activation.ts';
import { maxOfWindows, maxWithPlaces, type Pooled, pick, pickingRecord, trackPooled } from './max-windows.ts';
import { pooledSize, poolWindows } from './pool-shapes.ts';
import type { SizeLike } from './sizes.ts';

/** Keyword arguments of max pools. */
export interface MaxPoolOptions {
  /** Distance of windows. Default: the kernel's size. */
  readonly stride?: SizeLike | null | undefined;
  /** Margins that never win. Default 0. */
  readonly padding?: SizeLike | undefined;
  /** Distance of a window's elements. Default 1. */
  readonly dilation?: SizeLike | undefined;
  /** Also a last window that ends outside. Default false. */
  readonly ceilMode?: boolean | undefined;
  /** Gives [values, indices] instead; an index counts within its plane. Default false. */
  readonly returnIndices?: boolean | undefined;
}

/** What a max pool gives: with `returnIndices` indices, too. */
export type MaxPoolResult<O> = O extends { readonly returnIndices: true } ? Pooled : Tensor;

const records: readonly GradRecord<Shape>[] = [2, 3].map((rank) =>
  pickingRecord(`MaxPool${rank}DWithIndicesBackward0`),
);

function maxPool(rank: 2 | 3, input: Tensor, kernelSize: SizeLike, options: MaxPoolOptions): Tensor | Pooled {
  const { stride, padding = 0, dilation = 1, ceilMode = false, returnIndices = false } = options;
  const settings = { kernelSize, stride, padding, dilation, ceilMode };
  const windows = poolWindows(`max_pool${rank}d`, rank, input, settings);
  if (!isFloatingPoint(input.dtype)) {
    const kernel = rank === 2 ? 'max_pool2d' : 'max_pool3d_frame';
    fail('dtype/not-implemented', { kernel, dtype: titleOf(input.dtype) });
  }
  const own = input.detach();
  if (!returnIndices && !isTracked([input])) return compute(() => maxOfWindows(own, windows));
  const pooled = compute(() => maxWithPlaces(own, windows));
  const tracked = trackPooled(records[rank - 2]!, pooled, input, rank);
  return returnIndices ? tracked : tracked[0];
}

/** A number for the one dimension of a 1-d pool, with what a 2-d pool over one row takes for the other. */
export function overRow(value: SizeLike, row: number): readonly number[] {
  return [row, typeof value === 'number' ? value : value[0]!];
}

/** The largest of each window of [N, C, L] or [C, L]. */
export function maxPool1d<const O extends MaxPoolOptions = object>(
  input: Tensor,
  kernelSize: SizeLike,
  options?: O,
): MaxPoolResult<O> {
  const { stride, padding = 0, dilation = 1, ...rest } = (options ?? {}) as MaxPoolOptions;
  checkRank1d(input);
  // Where gradients or indices are wanted PyTorch takes the pool of two dimensions, and its complaints.
  if (!isTracked([input]) && rest.returnIndices !== true) {
    checkMaxPool1d(input, kernelSize, stride, padding, dilation, rest.ceilMode ?? false);
  }
  const out = maxPool(2, input.unsqueeze(-2), overRow(kernelSize, 1), {
    ...rest,
    stride: stride == null || (typeof stride !== 'number' && stride.length === 0) ? null : overRow(stride, 1),
    padding: overRow(padding, 0),
    dilation: overRow(dilation, 1),
  });
  const squeeze = (x: Tensor): Tensor => x.squeeze(-2);
  return (Array.isArray(out) ? out.map(squeeze) : squeeze(out as Tensor)) as MaxPoolResult<O>;
}

function checkRank1d(input: Tensor): void {
  const size = input.shape.slice(input.ndim === 3 ? 1 : 0);
  if ((input.ndim === 2 || input.ndim === 3) && size.every((n) => n > 0)) return;
  fail('op/argument', {
    text: `max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:[${input.shape.join(', ')}]`,
  });
}

function checkMaxPool1d(
  input: Tensor,
  kernelSize: SizeLike,
  stride: SizeLike | null | undefined,
  padding: SizeLike,
  dilation: SizeLike,
  ceilMode: boolean,
): void {
  const refuse = (text: string): never => fail('op/argument', { text });
  const first = (value: SizeLike): number => (typeof value === 'number' ? value : value[0]!);
  const kernel = first(kernelSize);
  if (kernel <= 0) refuse(`max_pool1d() kernel_size must be greater than zero, but got ${kernel}`);
  const step = stride == null || (typeof stride !== 'number' && stride.length === 0) ? kernel : first(stride);
  if (step <= 0) refuse(`max_pool1d() stride must be greater than zero, but got ${step}`);
  const margin = first(padding);
  if (margin < 0) refuse(`max_pool1d() padding must be non-negative, but got ${margin}`);
  if (margin > Math.floor(kernel / 2)) {
    refuse(
      `max_pool1d() padding should be at most half of kernel size, but got padding=${margin} and kernel_size=${kernel}`,
    );
  }
  if (first(dilation) <= 0) {
    refuse(`max_pool1d() dilation must be greater than zero, but got ${first(dilation)}`);
  }
  const size = pooledSize(input.shape.at(-1)!, kernel, step, margin, first(dilation), ceilMode);
  if (size < 0) refuse(`max_pool1d() Invalid computed output size: ${size}`);
}

/** The largest of each window of [N, C, H, W] or [C, H, W]; NaN wins, of equals the first gets the gradient. */
export function maxPool2d<const O extends MaxPoolOptions = object>(
  input: Tensor,
  kernelSize: SizeLike,
  options?: O,
): MaxPoolResult<O> {
  return maxPool(2, input, kernelSize, options ?? {}) as MaxPoolResult<O>;
}

/** The largest of each window of [N, C, D, H, W] or [C, D, H, W]. */
export function maxPool3d<const O extends MaxPoolOptions = object>(
  input: Tensor,
  kernelSize: SizeLike,
  options?: O,
): MaxPoolResult<O> {
  return maxPool(3, input, kernelSize, options ?? {}) as MaxPoolResult<O>;
}

/** Keyword arguments of {@link maxUnpool2d} and its kin: those of the pool that gave the indices. */
export interface MaxUnpoolOptions {
  readonly stride?: SizeLike | null | undefined;
  readonly padding?: SizeLike | undefined;
  /** The result's sizes, where several would fit. */
  readonly outputSize?: readonly number[] | null | undefined;
}

interface UnpoolAttrs {
  readonly rank: number;
}

const unpoolRecords: readonly GradRecord<UnpoolAttrs>[] = [2, 3].map((rank) => ({
  name: `MaxUnpool${rank}DBackward0`,
  grads: [{ in: [1], vjp: (g, c) => pick(g, c.attrs.rank, c.input(1)) }, null],
}));

function unpooledSizes(
  input: Tensor,
  kernel: readonly number[],
  { stride, padding = 0, outputSize }: MaxUnpoolOptions,
): number[] {
  const rank = kernel.length;
  const numbers = (value: SizeLike): readonly number[] =>
    typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
  const steps = stride == null ? kernel : numbers(stride);
  const margins = numbers(padding);
  const sizes = kernel.map(
    (k, d) => (input.shape[input.ndim - rank + d]! - 1) * steps[d]! + k - 2 * margins[d]!,
  );
  if (outputSize == null) return sizes;
  const wanted = outputSize.length === rank + 2 ? outputSize.slice(2) : [...outputSize];
  if (wanted.length !== rank) {
    fail('op/value', {
      text: `output_size should be a sequence containing ${rank} or ${rank + 2} elements, but it has a length of '${wanted.length}'`,
    });
  }
  wanted.forEach((n, d) => {
    const [low, high] = [sizes[d]! - steps[d]!, sizes[d]! + steps[d]!];
    if (n <= low || n >= high) {
      fail('op/value', {
        text: `invalid output_size "[${wanted.join(', ')}]" (dim ${d} must be between ${low} and ${high})`,
      });
    }
  });
  return wanted;
}

function maxUnpool(rank: 2 | 3, input: Tensor, indices: Tensor, sizes: readonly number[]): Tensor {
  if (indices.dtype !== 'int64') {
    fail('op/argument', {
      text: `elements in indices should be type int64 but got: ${titleOf(indices.dtype)}`,
    });
  }
  if (input.ndim !== indices.ndim || input.shape.some((n, d) => n !== indices.shape[d])) {
    fail('op/argument', {
      text: `Expected shape of indices to be same as that of the input tensor ([${input.shape.join(', ')}]) but got indices tensor with shape: [${indices.shape.join(', ')}]`,
    });
  }
  const lead = input.shape.slice(0, input.ndim - rank);
  const count = numelOf(input.shape.slice(input.ndim - rank));
  if (indices.numel() > 0 && canRead(indices)) {
    const total = numelOf(sizes);
    const [low, high] = noGrad(() => [Number(indices.amin().item()), Number(indices.amax().item())]);
    const bad = high! >= total ? high! : low! < 0 ? low! : undefined;
    if (bad !== undefined) {
      fail('op/argument', {
        text: `Found an invalid max index: ${bad} (output volumes are of size ${sizes.join('x')}`,
      });
    }
  }
  const out = noGrad(() =>
    input
      .detach()
      .newZeros([...lead, numelOf(sizes)])
      .scatter(lead.length, indices.reshape([...lead, count]), input.detach().reshape([...lead, count]))
      .view([...lead, ...sizes]),
  );
  return track(unpoolRecords[rank - 2]!, out.detach(), [input, indices], { rank });
}

/** Zeros with the input's elements where a {@link maxPool1d} took them from. */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: SizeLike,
  options: MaxUnpoolOptions = {},
): Tensor {
  const kernel = typeof kernelSize === 'number' ? [kernelSize] : kernelSize;
  const sizes = [...unpooledSizes(input, kernel, options), 1];
  return maxUnpool(2, input.unsqueeze(-1), indices.unsqueeze(-1), sizes).squeeze(-1);
}

/** Zeros with the input's elements where a {@link maxPool2d} took them from. */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: SizeLike,
  options: MaxUnpoolOptions = {},
): Tensor {
  const kernel = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
  return maxUnpool(2, input, indices, unpooledSizes(input, kernel, options));
}

/** Zeros with the input's elements where a {@link maxPool3d} took them from. */
export function maxUnpool3d(
  input: Tensor,
  indices: Tensor,
  kernelSize: SizeLike,
  options: MaxUnpoolOptions = {},
): Tensor {
  const kernel = typeof kernelSize === 'number' ? [kernelSize, kernelSize, kernelSize] : kernelSize;
  return maxUnpool(3, input, indices, unpooledSizes(input, kernel, options));
}
