/**
 * Of PyTorch's `torch.fft` what needs no complex numbers.
 * @packageDocumentation
 */
import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { normalizeAxes, normalizeAxis } from '../shape/index.ts';
import {
  type FftNorm,
  type Pair,
  promoted,
  resized,
  scaleOf,
  toReal,
  transform,
  widened,
} from './internal/fourier.ts';

export type { FftNorm } from './internal/fourier.ts';

function shifted(
  self: Tensor,
  dim: number | readonly number[] | null | undefined,
  by: (size: number) => number,
): Tensor {
  const axes = normalizeAxes(dim ?? undefined, self.ndim);
  return self.roll(
    axes.map((axis) => by(self.shape[axis]!)),
    axes,
  );
}

/** Frequency 0 moved from the start of the dimensions to their middle. */
export function fftshift(self: Tensor, dim?: number | readonly number[] | null): Tensor {
  return shifted(self, dim, (size) => Math.floor(size / 2));
}

/** The inverse of {@link fftshift}. */
export function ifftshift(self: Tensor, dim?: number | readonly number[] | null): Tensor {
  return shifted(self, dim, (size) => Math.ceil(size / 2));
}

/** Keyword arguments of transforms along one dimension. */
export interface FftOptions {
  /** How many elements the result has. Default twice as many as the input, less 2. */
  readonly n?: number | null;
  /** Default the last. */
  readonly dim?: number;
  /** Default `backward`. */
  readonly norm?: FftNorm | null;
}

/** Keyword arguments of transforms along several dimensions. */
export interface FftnOptions {
  /** How many elements the result has along each. */
  readonly s?: readonly number[] | null;
  readonly dim?: number | readonly number[] | null;
  /** Default `backward`. */
  readonly norm?: FftNorm | null;
}

function checkedSize(n: number): number {
  if (n < 1) fail('op/argument', { text: `Invalid number of data points (${n}) specified` });
  return n;
}

function one(self: Tensor, { n, dim = -1, norm }: FftOptions, inverse: boolean): Tensor {
  const x = promoted(self);
  const axis = normalizeAxis(dim, x.ndim);
  const size = checkedSize(n ?? 2 * ((x.shape[axis] ?? 1) - 1));
  const line = x.ndim === 0 ? x.unsqueeze(0) : x;
  const sums = toReal({ re: widened(line), im: undefined }, axis, size, inverse);
  return sums.mul(scaleOf(norm ?? 'backward', inverse, size)).to(x.dtype);
}

/** The real signal whose spectrum's first half is given: the inverse of the transform of real numbers. */
export function irfft(self: Tensor, options: FftOptions = {}): Tensor {
  return one(self, options, true);
}

/** The real spectrum of a signal of which the first half is given, the rest being its mirror image. */
export function hfft(self: Tensor, options: FftOptions = {}): Tensor {
  return one(self, options, false);
}

interface Lengths {
  readonly axes: readonly number[];
  /** Of the input along each axis, but of the result along the last. */
  readonly sizes: readonly number[];
}

function lengths(name: string, x: Tensor, { s, dim }: FftnOptions): Lengths {
  if (s != null && dim == null && s.length > x.ndim) {
    fail('op/argument', {
      text: `Got shape with ${s.length} values but input tensor only has ${x.ndim} dimensions.`,
    });
  }
  const all = x.shape.map((_, d) => d);
  const axes =
    dim == null
      ? all.slice(s == null ? 0 : x.ndim - s.length)
      : [dim].flat().map((d) => normalizeAxis(d as number, x.ndim));
  if (s != null && s.length !== axes.length) {
    fail('op/argument', { text: 'When given, dim and shape arguments must have the same length' });
  }
  if (new Set(axes).size !== axes.length) fail('op/argument', { text: 'FFT dims must be unique' });
  if (axes.length === 0) fail('op/argument', { text: `${name} must transform at least one axis` });
  const sizes = axes.map((axis, i) => {
    const own = i === axes.length - 1 ? 2 * (x.shape[axis]! - 1) : x.shape[axis]!;
    const given = s?.[i] ?? -1;
    return checkedSize(given === -1 ? own : given);
  });
  return { axes, sizes };
}

function several(name: string, self: Tensor, options: FftnOptions, inverse: boolean): Tensor {
  const x = promoted(self);
  const { axes, sizes } = lengths(name, x, options);
  const last = axes.length - 1;
  let pair: Pair = { re: widened(x), im: undefined };
  for (let i = 0; i < last; i++) {
    const cut = (part: Tensor): Tensor => resized(part, axes[i]!, sizes[i]!);
    pair = { re: cut(pair.re), im: pair.im === undefined ? undefined : cut(pair.im) };
    pair = transform(pair, axes[i]!, inverse);
  }
  const total = sizes.reduce((product, n) => product * n, 1);
  const sums = toReal(pair, axes[last]!, sizes[last]!, inverse);
  return sums.mul(scaleOf(options.norm ?? 'backward', inverse, total)).to(x.dtype);
}

/** {@link irfft} along several dimensions. */
export function irfftn(self: Tensor, options: FftnOptions = {}): Tensor {
  return several('irfftn', self, options, true);
}

/** {@link irfft} along two dimensions, the last ones if none are given. */
export function irfft2(self: Tensor, options: FftnOptions = {}): Tensor {
  return several('irfftn', self, { ...options, dim: options.dim ?? [-2, -1] }, true);
}

/** {@link hfft} along several dimensions. */
export function hfftn(self: Tensor, options: FftnOptions = {}): Tensor {
  return several('hfftn', self, options, false);
}

/** {@link hfft} along two dimensions, the last ones if none are given. */
export function hfft2(self: Tensor, options: FftnOptions = {}): Tensor {
  return several('hfftn', self, { ...options, dim: options.dim ?? [-2, -1] }, false);
}
