import { type DType, isFloatingPoint } from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { titleOf } from './activation.ts';
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from './adaptive-pooling.ts';
import { resampler } from './resample.ts';
import type { SizeLike } from './sizes.ts';
import { cubicTaps, linearTaps, nearestTaps, type Placement, smoothTaps } from './taps.ts';

/** How {@link interpolate} finds values between elements. */
export type InterpolationMode =
  | 'nearest'
  | 'nearest-exact'
  | 'linear'
  | 'bilinear'
  | 'trilinear'
  | 'bicubic'
  | 'area';

/** Keyword arguments of {@link interpolate}. */
export interface InterpolateOptions {
  /** Spatial sizes of the result. */
  readonly size?: SizeLike | null | undefined;
  /** What spatial sizes are multiplied by. */
  readonly scaleFactor?: SizeLike | null | undefined;
  /** Default `nearest`. */
  readonly mode?: InterpolationMode | undefined;
  /** Puts the corner elements of input and result at the same places. Default false. */
  readonly alignCorners?: boolean | null | undefined;
  /** Computes with the factor that the sizes have, not with the given one. */
  readonly recomputeScaleFactor?: boolean | null | undefined;
  /** Smooths when sizes shrink; for bilinear and bicubic. Default false. */
  readonly antialias?: boolean | undefined;
}

const nodes = (name: string): readonly ReturnType<typeof resampler>[] =>
  [1, 2, 3].map((rank) => resampler(`Upsample${name}${rank}DBackward1`));

const nearest = nodes('Nearest');
const nearestExact = nodes('NearestExact');
const linear = [
  resampler('UpsampleLinear1DBackward1'),
  resampler('UpsampleBilinear2DBackward1'),
  resampler('UpsampleTrilinear3DBackward1'),
] as const;
const bicubic = resampler('UpsampleBicubic2DBackward1');
const smoothLinear = resampler('UpsampleBilinear2DAaBackward1');
const smoothCubic = resampler('UpsampleBicubic2DAaBackward1');
const areas = [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d] as const;

/** The dimensions that each mode of straight lines is for. */
const linearRanks: Readonly<Partial<Record<InterpolationMode, number>>> = {
  linear: 1,
  bilinear: 2,
  trilinear: 3,
};

const numbersText = (value: SizeLike): string =>
  typeof value === 'number' ? String(value) : `[${value.join(', ')}]`;

interface Target {
  readonly sizes: readonly number[];
  /** The given factors, where the result's places follow from them. */
  readonly factors: readonly number[] | undefined;
}

function targetOf(input: Tensor, options: InterpolateOptions): Target {
  const { size, scaleFactor, mode, recomputeScaleFactor } = options;
  const rank = input.ndim - 2;
  const spatial = input.shape.slice(2);
  const refuse = (text: string): never => fail('op/value', { text });
  if (size != null && scaleFactor != null) {
    refuse('only one of size or scale_factor should be defined');
  }
  const all = (value: SizeLike): readonly number[] =>
    typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
  if (size != null) {
    const sizes = all(size);
    if (sizes.length !== rank) {
      refuse(
        `Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of [${spatial.join(', ')}] and output size of ${numbersText(size)}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.`,
      );
    }
    if (recomputeScaleFactor === true) {
      refuse('recompute_scale_factor is not meaningful with an explicit size.');
    }
    return { sizes, factors: undefined };
  }
  if (scaleFactor == null) return refuse('either size or scale_factor should be defined');
  const factors = all(scaleFactor);
  if (factors.length !== rank) {
    refuse(
      `Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of [${spatial.join(', ')}] and scale_factor of shape ${numbersText(scaleFactor)}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format.`,
    );
  }
  const sizes = spatial.map((n, d) => Math.floor(n * factors[d]!));
  const recompute = recomputeScaleFactor === true || mode === 'area';
  return { sizes, factors: recompute ? undefined : factors };
}

const axisLetters = ['D', 'H', 'W'];

function checkSizes(input: Tensor, sizes: readonly number[]): void {
  const spatial = input.shape.slice(2);
  if (sizes.every((n) => n > 0) && spatial.every((n) => n > 0)) return;
  const shown = (values: readonly number[]): string =>
    values.map((n, d) => `${axisLetters[d + 3 - values.length]}: ${n}`).join(', ');
  fail('op/argument', {
    text: `Input and output sizes should be greater than 0, but got input (${shown(spatial)}) output (${shown(sizes)})`,
  });
}

function checkDtype(dtype: DType, kernel: string, bytesToo: boolean): void {
  if (isFloatingPoint(dtype) || (bytesToo && dtype === 'uint8')) return;
  fail('dtype/not-implemented', { kernel, dtype: titleOf(dtype) });
}

/** Resamples the spatial dimensions of [N, C, ...]: to a size, or by a factor. */
export function interpolate(input: Tensor, options: InterpolateOptions = {}): Tensor {
  const { mode = 'nearest', antialias = false } = options;
  const plain = mode === 'nearest' || mode === 'area' || mode === 'nearest-exact';
  if (plain && options.alignCorners != null) {
    fail('op/value', {
      text: 'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear',
    });
  }
  const rank = input.ndim - 2;
  if (rank < 1 || rank > 3) refuseMode(input, mode);
  const { sizes, factors } = targetOf(input, { ...options, mode });
  if (antialias && !((mode === 'bilinear' || mode === 'bicubic') && input.ndim === 4)) {
    fail('op/value', {
      text: 'Anti-alias option is only supported for bilinear and bicubic modes',
    });
  }
  if (mode === 'area') return areas[rank - 1]!(input, sizes);
  checkSizes(input, sizes);
  const alignCorners = options.alignCorners ?? false;
  const places = sizes.map((output, d): Placement => {
    const single = input.dtype !== 'float64';
    return { input: input.shape[d + 2]!, output, factor: factors?.[d], alignCorners, single };
  });
  const along = <T>(taps: (place: Placement) => T): (readonly [number, T])[] =>
    places.map((place, d) => [d + 2, taps(place)] as const);
  if (mode === 'nearest' || mode === 'nearest-exact') {
    checkDtype(input.dtype, `upsample_nearest${rank}d${rank === 2 ? '_channels_last' : ''}`, true);
    const exact = mode === 'nearest-exact';
    return (exact ? nearestExact : nearest)[rank - 1]!(
      input,
      along((place) => nearestTaps(place, exact)),
    );
  }
  if (mode === 'bicubic' && rank === 2) {
    checkDtype(input.dtype, 'upsample_bicubic2d', false);
    if (antialias)
      return smoothCubic(
        input,
        along((place) => smoothTaps(place, 'cubic')),
      );
    return bicubic(input, along(cubicTaps));
  }
  if (linearRanks[mode] !== rank) return refuseMode(input, mode);
  checkDtype(input.dtype, `upsample_${mode}${rank}d`, false);
  if (antialias)
    return smoothLinear(
      input,
      along((place) => smoothTaps(place, 'linear')),
    );
  return linear[rank - 1]!(input, along(linearTaps));
}

function refuseMode(input: Tensor, mode: string): never {
  const needed = linearRanks[mode as InterpolationMode];
  const text =
    needed !== undefined && input.ndim >= 3 && input.ndim <= 5
      ? `Got ${input.ndim}D input, but ${mode} mode needs ${needed + 2}D input`
      : `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got ${mode})`;
  return fail('op/not-implemented', { text });
}

/** Keyword arguments of {@link upsampleNearest} and {@link upsampleBilinear}. */
export type UpsampleOptions = Pick<InterpolateOptions, 'size' | 'scaleFactor'>;

/** {@link interpolate} under its older name. */
export function upsample(input: Tensor, options: InterpolateOptions = {}): Tensor {
  warn('nn.functional.upsample is deprecated. Use nn.functional.interpolate instead.');
  return interpolate(input, options);
}

/** {@link interpolate} with mode `nearest`. */
export function upsampleNearest(input: Tensor, options: UpsampleOptions = {}): Tensor {
  warn('nn.functional.upsample_nearest is deprecated. Use nn.functional.interpolate instead.');
  return interpolate(input, { ...options, mode: 'nearest' });
}

/** {@link interpolate} with mode `bilinear` and aligned corners. */
export function upsampleBilinear(input: Tensor, options: UpsampleOptions = {}): Tensor {
  warn('nn.functional.upsample_bilinear is deprecated. Use nn.functional.interpolate instead.');
  return interpolate(input, { ...options, mode: 'bilinear', alignCorners: true });
}
