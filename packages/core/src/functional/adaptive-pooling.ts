import { fail } from '../errors/index.ts';
import { type GradRecord, noGrad, type Tensor } from '../extend/index.ts';
import { readNumbers } from '../ops/host.ts';
import { recomputed } from '../ops/internal/recompute.ts';
import { rand } from '../ops/random-tensors.ts';
import { where } from '../ops/where.ts';
import type { Generator } from '../rng/index.ts';
import { numelOf, type Shape } from '../shape/index.ts';
import { averager } from './avg-pooling.ts';
import { maxOfTable, maxWithPlaces, type Pooled, pickingRecord, trackPooled } from './max-windows.ts';
import { adaptiveBounds, evenWindows, type WindowTable, windowTable } from './pool-shapes.ts';
import type { MaxPoolResult } from './pooling.ts';
import type { SizeLike } from './sizes.ts';
import { indexVector, numberVector } from './tables.ts';

/** Sizes of an adaptive pool's result; null keeps the input's. */
export type AdaptiveSizes = number | readonly (number | null)[];

function outputSizes(op: string, rank: number, input: Tensor, given: AdaptiveSizes): number[] {
  const sizes = typeof given === 'number' ? new Array<number>(rank).fill(given) : given;
  const list = `[${input.shape.join(', ')}]`;
  if (sizes.length !== rank) {
    fail('op/argument', { text: `${op}(): internal error: output_size.size() must be ${rank}` });
  }
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
    fail('op/argument', {
      text: `${op}(): Expected ${rank + 1}D or ${rank + 2}D tensor, but got ${list}`,
    });
  }
  for (let d = input.ndim - rank; d < input.ndim; d++) {
    if (input.shape[d] === 0) {
      fail('op/argument', {
        text: `${op}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${list} with dimension ${d} being empty`,
      });
    }
  }
  return sizes.map((n, d) => n ?? input.shape[input.ndim - rank + d]!);
}

function tableFor(input: readonly number[], output: readonly number[]): WindowTable {
  return windowTable(
    input,
    output.map((n, d) => adaptiveBounds(input[d]!, n)),
  );
}

const evenAverages = [
  averager('AdaptiveAvgPool2DBackward0'),
  averager('AdaptiveAvgPool3DBackward0'),
] as const;

const unevenAverages = [2, 3].map((rank) =>
  recomputed<readonly number[]>(`AdaptiveAvgPool${rank}DBackward0`, ([input], output) => {
    const x = input!;
    const sizes = x.shape.slice(x.ndim - rank);
    const lead = x.shape.slice(0, x.ndim - rank);
    const { places, length, counts } = tableFor(sizes, output);
    const seen = x
      .reshape([...lead, numelOf(sizes)])
      .indexSelect(lead.length, indexVector(x, places))
      .view([...lead, counts.length, length]);
    const used = counts.flatMap((n) => Array.from({ length }, (_, i) => (i < n ? 1 : 0)));
    const mask = numberVector(x, used).view([counts.length, length]).ne(0);
    const totals = where(mask, seen, 0).sum(-1);
    return totals.div(numberVector(x, counts)).view([...lead, ...output]);
  }),
);

function adaptiveAvgPool(rank: 2 | 3, input: Tensor, outputSize: AdaptiveSizes): Tensor {
  const output = outputSizes(`adaptive_avg_pool${rank}d`, rank, input, outputSize);
  const axes = output.map((_, d) => d - rank);
  if (output.every((n) => n === 1)) return input.mean(axes, { keepdim: true });
  const windows = evenWindows(input.shape.slice(input.ndim - rank), output);
  if (windows === undefined) return unevenAverages[rank - 2]!([input], output);
  return evenAverages[rank - 2]!(input, { windows, divisor: numelOf(windows.kernel) });
}

function checkRank1(op: string, input: Tensor): void {
  if (input.ndim === 2 || input.ndim === 3) return;
  fail('op/argument', {
    text: `Expected 2 to 3 dimensions, but got ${input.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for ${op})`,
  });
}

const rowOf = (size: AdaptiveSizes): readonly (number | null)[] => [
  1,
  typeof size === 'number' ? size : size[0]!,
];

/** Means over as many windows as asked for, of [N, C, L] or [C, L]. */
export function adaptiveAvgPool1d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  checkRank1('adaptive_avg_pool1d', input);
  return adaptiveAvgPool(2, input.unsqueeze(-2), rowOf(outputSize)).squeeze(-2);
}

/** Means over as many windows as asked for, of [N, C, H, W] or [C, H, W]. */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return adaptiveAvgPool(2, input, outputSize);
}

/** Means over as many windows as asked for, of [N, C, D, H, W] or [C, D, H, W]. */
export function adaptiveAvgPool3d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return adaptiveAvgPool(3, input, outputSize);
}

/** Keyword arguments of adaptive max pools. */
export interface AdaptiveMaxPoolOptions {
  /** Gives [values, indices] instead. Default false. */
  readonly returnIndices?: boolean | undefined;
}

const maxRecords: readonly GradRecord<Shape>[] = [2, 3].map((rank) =>
  pickingRecord(`AdaptiveMaxPool${rank}DBackward0`),
);

function adaptiveMaxPool(rank: 2 | 3, input: Tensor, outputSize: AdaptiveSizes): Pooled {
  const output = outputSizes(`adaptive_max_pool${rank}d`, rank, input, outputSize);
  const sizes = input.shape.slice(input.ndim - rank);
  const windows = evenWindows(sizes, output);
  const pooled = noGrad(() =>
    windows === undefined
      ? maxOfTable(input.detach(), tableFor(sizes, output), output)
      : maxWithPlaces(input.detach(), windows),
  );
  return trackPooled(maxRecords[rank - 2]!, pooled, input, rank);
}

/** The largest of each of as many windows as asked for, of [N, C, L] or [C, L]. */
export function adaptiveMaxPool1d<const O extends AdaptiveMaxPoolOptions = object>(
  input: Tensor,
  outputSize: AdaptiveSizes,
  options?: O,
): MaxPoolResult<O> {
  checkRank1('adaptive_max_pool1d', input);
  const [values, indices] = adaptiveMaxPool(2, input.unsqueeze(-2), rowOf(outputSize));
  return picked([values.squeeze(-2), indices.squeeze(-2)], options);
}

function picked<O>(pooled: Pooled, options: AdaptiveMaxPoolOptions | undefined): MaxPoolResult<O> {
  return (options?.returnIndices === true ? pooled : pooled[0]) as MaxPoolResult<O>;
}

/** The largest of each of as many windows as asked for, of [N, C, H, W] or [C, H, W]. */
export function adaptiveMaxPool2d<const O extends AdaptiveMaxPoolOptions = object>(
  input: Tensor,
  outputSize: AdaptiveSizes,
  options?: O,
): MaxPoolResult<O> {
  return picked(adaptiveMaxPool(2, input, outputSize), options);
}

/** The largest of each of as many windows as asked for, of [N, C, D, H, W] or [C, D, H, W]. */
export function adaptiveMaxPool3d<const O extends AdaptiveMaxPoolOptions = object>(
  input: Tensor,
  outputSize: AdaptiveSizes,
  options?: O,
): MaxPoolResult<O> {
  return picked(adaptiveMaxPool(3, input, outputSize), options);
}

/** Keyword arguments of fractional max pools. */
export interface FractionalMaxPoolOptions extends AdaptiveMaxPoolOptions {
  /** The result's sizes. */
  readonly outputSize?: SizeLike | null | undefined;
  /** The result's sizes as shares of the input's. */
  readonly outputRatio?: SizeLike | null | undefined;
  /** Uniform numbers [N, C, dimensions] that place the windows; drawn if not given. */
  readonly randomSamples?: Tensor | null | undefined;
  readonly generator?: Generator | undefined;
}

const fractionalRecords: readonly GradRecord<Shape>[] = [2, 3].map((rank) =>
  pickingRecord(`FractionalMaxPool${rank}DBackward0`),
);

/** Where windows of `kernel` elements begin along a dimension, by one uniform number. */
function intervals(
  input: number,
  output: number,
  kernel: number,
  sample: number,
  round: (x: number) => number,
): readonly (readonly [number, number])[] {
  const alpha = output > 1 ? round((input - kernel) / (output - 1)) : 0;
  return Array.from({ length: output }, (_, i) => {
    const start =
      i === output - 1
        ? input - kernel
        : Math.trunc(round(round(i + sample) * alpha)) - Math.trunc(round(sample * alpha));
    return [start, start + kernel] as const;
  });
}

function fractionalMaxPool(
  rank: 2 | 3,
  input: Tensor,
  kernelSize: SizeLike,
  options: FractionalMaxPoolOptions,
): Pooled {
  const { outputSize, outputRatio, randomSamples, generator } = options;
  const op = `fractional_max_pool${rank}d`;
  if (outputSize == null && outputRatio == null) {
    fail('op/value', { text: `${op} requires specifying either an output_size or an output_ratio` });
  }
  const numbers = (value: SizeLike): readonly number[] =>
    typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
  const sizes = input.shape.slice(input.ndim - rank);
  const kernel = numbers(kernelSize);
  const output =
    outputSize == null
      ? numbers(outputRatio!).map((share, d) => Math.trunc(sizes[d]! * share))
      : numbers(outputSize);
  const lead = input.shape.slice(0, input.ndim - rank);
  const channels = lead[lead.length - 1]!;
  const batch = lead.length === 1 ? 1 : lead[0]!;
  output.forEach((n, d) => {
    if (n + kernel[d]! - 1 > sizes[d]!) {
      const axis = (rank === 2 ? ['height', 'width'] : ['time', 'height', 'width'])[d]!;
      fail('op/argument', {
        text: `${op}(): pool ${axis} ${kernel[d]} too large relative to input ${axis} ${sizes[d]}`,
      });
    }
  });
  const samples =
    randomSamples ??
    rand([batch, channels, rank], {
      dtype: input.dtype,
      device: input.backend,
      ...(generator === undefined ? {} : { generator }),
    });
  const values = readNumbers(samples, `fractionalMaxPool${rank}d`);
  const round = input.dtype === 'float64' ? (x: number): number => x : Math.fround;
  // PyTorch takes the first number for the width in two dimensions, for the depth in three.
  const sampleAt = (plane: number, d: number): number => values[plane * rank + (rank === 2 ? 1 - d : d)]!;
  const tables = Array.from({ length: batch * channels }, (_, plane) =>
    windowTable(
      sizes,
      output.map((n, d) => intervals(sizes[d]!, n, kernel[d]!, sampleAt(plane, d), round)),
    ),
  );
  const table: WindowTable = {
    places: tables.flatMap((own) => own.places),
    length: numelOf(kernel),
    counts: [],
  };
  const pooled = noGrad(() => maxOfTable(input.detach(), table, output));
  return trackPooled(fractionalRecords[rank - 2]!, pooled, input, rank);
}

/** The largest of each of windows whose places are drawn, of [N, C, H, W] or [C, H, W]. */
export function fractionalMaxPool2d<const O extends FractionalMaxPoolOptions = object>(
  input: Tensor,
  kernelSize: SizeLike,
  options?: O,
): MaxPoolResult<O> {
  return picked(fractionalMaxPool(2, input, kernelSize, options ?? {}), options);
}

/** The largest of each of windows whose places are drawn, of [N, C, D, H, W] or [C, D, H, W]. */
export function fractionalMaxPool3d<const O extends FractionalMaxPoolOptions = object>(
  input: Tensor,
  kernelSize: SizeLike,
  options?: O,
): MaxPoolResult<O> {
  return picked(fractionalMaxPool(3, input, kernelSize, options ?? {}), options);
}
