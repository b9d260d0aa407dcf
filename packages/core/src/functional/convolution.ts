import { type DType, isFloatingPoint } from '../dtype/index.ts';
import { fail, warnOnce } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import type { Shape } from '../shape/index.ts';
import { titleOf } from './activation.ts';
import { type ConvGeometry, convMode } from './conv-modes.ts';
import { type SizeLike, tripleOf } from './sizes.ts';

/** Keyword arguments of convolutions. */
export interface ConvOptions {
  /** Default 1. */
  readonly stride?: SizeLike | undefined;
  /** Zeros on both sides; `same` keeps the size, `valid` is 0. Default 0. */
  readonly padding?: SizeLike | 'same' | 'valid' | undefined;
  /** Distance of the kernel's elements. Default 1. */
  readonly dilation?: SizeLike | undefined;
  /** Splits channels into groups that do not see each other. Default 1. */
  readonly groups?: number | undefined;
}

/** Keyword arguments of transposed convolutions. */
export interface ConvTransposeOptions extends Omit<ConvOptions, 'padding'> {
  /** Taken off both sides of the result. Default 0. */
  readonly padding?: SizeLike | undefined;
  /** Added to the end of the result. Default 0. */
  readonly outputPadding?: SizeLike | undefined;
}

/** The options of one convolution, a number for each spatial dimension. */
interface Settings {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly transposed: boolean;
}

const list = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;
const crossed = (sizes: readonly number[]): string => `(${sizes.join(' x ')})`;

function numbersFor(name: string, value: SizeLike, rank: number): readonly number[] {
  if (typeof value === 'number') return new Array<number>(rank).fill(value);
  if (value.length === rank) return value;
  if (value.length === 1) return new Array<number>(rank).fill(value[0]!);
  return fail('op/argument', {
    text: `expected ${name} to be a single integer value or a list of ${rank} values to match the convolution dimensions, but got ${name}=${list(value)}`,
  });
}

function checkNumbers({ stride, padding, dilation, outputPadding, groups }: Settings): void {
  const text = padding.some((n) => n < 0)
    ? 'negative padding is not supported'
    : outputPadding.some((n) => n < 0)
      ? 'negative output_padding is not supported'
      : stride.some((n) => n <= 0)
        ? 'non-positive stride is not supported'
        : dilation.some((n) => n <= 0)
          ? `dilation should be greater than zero, but got ${list(dilation)}`
          : groups <= 0
            ? 'non-positive groups is not supported'
            : undefined;
  if (text !== undefined) fail('op/argument', { text });
}

function checkShapes(input: Tensor, weight: Tensor, bias: Tensor | null | undefined, s: Settings): void {
  const { groups, transposed } = s;
  const w = weight.shape;
  const [first, second] = w as readonly [number, number];
  const given = `weight of size ${list(w)}`;
  if (first < groups) {
    fail('op/argument', {
      text: `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got ${given} instead`,
    });
  }
  if (first % groups !== 0) {
    fail('op/argument', {
      text: `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size [${list(w)}] instead`,
    });
  }
  const channels = transposed ? first : second * groups;
  const how = transposed ? `transposed=${1}` : `groups=${groups}`;
  if (input.shape[1] !== channels) {
    fail('op/argument', {
      text: `Given ${how}, ${given}, expected input${list(input.shape)} to have ${channels} channels, but got ${input.shape[1]} channels instead`,
    });
  }
  const outputs = transposed ? second * groups : first;
  if (bias != null && (bias.ndim !== 1 || bias.shape[0] !== outputs)) {
    fail('op/argument', {
      text: `Given ${transposed ? 'transposed=1, ' : ''}${given}, expected bias to be 1-dimensional with ${outputs} elements, but got bias of size ${list(bias.shape)} instead`,
    });
  }
  if (transposed) return;
  const padded = input.shape.slice(2).map((n, d) => n + 2 * s.padding[d]!);
  const reach = w.slice(2).map((n, d) => s.dilation[d]! * (n - 1) + 1);
  if (padded.some((n, d) => n < reach[d]!)) {
    fail('op/argument', {
      text: `Calculated padded input size per channel: ${crossed(padded)}. Kernel size: ${crossed(reach)}. Kernel size can't be greater than actual input size`,
    });
  }
}

const cppNames: Partial<Record<DType, string>> = {
  float32: 'float',
  float64: 'double',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  int64: 'long int',
  int32: 'int',
};

function checkDtypes(input: Tensor, weight: Tensor, bias: Tensor | null | undefined): void {
  if (bias != null && bias.dtype !== input.dtype) {
    const name = (dtype: DType): string => cppNames[dtype] ?? dtype;
    fail('op/argument', {
      text: `Input type (${name(input.dtype)}) and bias type (${name(bias.dtype)}) should be the same`,
    });
  }
  if (input.dtype !== weight.dtype) {
    fail('dtype/mismatch', { expected: titleOf(input.dtype), got: titleOf(weight.dtype) });
  }
  if (!isFloatingPoint(input.dtype) && input.dtype !== 'int64') {
    fail('dtype/not-implemented', { kernel: 'slow_conv2d_cpu', dtype: titleOf(input.dtype) });
  }
}

/** The convolution of which a transposed one computes the input's gradient, or the plain one itself. */
function geometryOf(given: Tensor, weight: Tensor, spatial: Shape, s: Settings): ConvGeometry {
  const { groups, transposed } = s;
  const [first, second] = weight.shape as readonly [number, number];
  const batch = given.shape[0]!;
  const result: Shape = [batch, transposed ? second * groups : first, ...spatial];
  const input = transposed ? result : given.shape;
  const output = transposed ? given.shape : result;
  return {
    input,
    output,
    weight: weight.shape,
    plan: {
      batch,
      groups,
      inChannels: second,
      outChannels: first / groups,
      input: tripleOf(input.slice(2), 1),
      kernel: tripleOf(weight.shape.slice(2), 1),
      output: tripleOf(output.slice(2), 1),
      stride: tripleOf(s.stride, 1),
      padding: tripleOf(s.padding, 0),
      dilation: tripleOf(s.dilation, 1),
    },
  };
}

function sizesAfter(given: Tensor, weight: Tensor, s: Settings): number[] {
  return given.shape.slice(2).map((n, d) => {
    const reach = s.dilation[d]! * (weight.shape[d + 2]! - 1);
    return s.transposed
      ? (n - 1) * s.stride[d]! - 2 * s.padding[d]! + reach + s.outputPadding[d]! + 1
      : Math.floor((n + 2 * s.padding[d]! - reach - 1) / s.stride[d]!) + 1;
  });
}

function batched(op: string, rank: number, input: Tensor, convolve: (input: Tensor) => Tensor): Tensor {
  if (input.ndim === rank + 2) return convolve(input);
  if (input.ndim === rank + 1) return convolve(input.unsqueeze(0)).squeeze(0);
  return fail('op/argument', {
    text: `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${op}, but got input of size: ${list(input.shape)}`,
  });
}

/** How much `same` puts in front; behind goes as much as the result needs. */
function samePadding(weight: Tensor, stride: readonly number[], dilation: readonly number[]): number[] {
  if (stride.some((n) => n !== 1)) {
    fail('op/argument', { text: "padding='same' is not supported for strided convolutions" });
  }
  const total = weight.shape.slice(2).map((n, d) => dilation[d]! * (n - 1));
  if (total.some((n) => n % 2 !== 0)) {
    warnOnce(
      "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be created",
    );
  }
  return total.map((n) => Math.floor(n / 2));
}

function conv(
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  options: ConvOptions,
): Tensor {
  const { padding = 0, groups = 1 } = options;
  const stride = numbersFor('stride', options.stride ?? 1, rank);
  const dilation = numbersFor('dilation', options.dilation ?? 1, rank);
  const same = padding === 'same';
  if (typeof padding === 'string' && !same && padding !== 'valid') {
    fail('op/argument', { text: `Invalid padding string: '${String(padding)}'` });
  }
  return batched(`conv${rank}d`, rank, input, (x) => {
    const front =
      typeof padding === 'string'
        ? same
          ? samePadding(weight, stride, dilation)
          : new Array<number>(rank).fill(0)
        : numbersFor('padding', padding, rank);
    const s: Settings = {
      stride,
      dilation,
      padding: front,
      outputPadding: [],
      groups,
      transposed: false,
    };
    checkNumbers(s);
    if (!same) checkShapes(x, weight, bias, s);
    checkDtypes(x, weight, bias);
    const spatial = same ? x.shape.slice(2) : sizesAfter(x, weight, s);
    return convMode('forward', geometryOf(x, weight, spatial, s), x, weight, bias);
  });
}

const axisNames = ['depth', 'height', 'width'];

function checkOutputPadding({ outputPadding, stride, dilation }: Settings): void {
  if (outputPadding.every((n, d) => n < stride[d]! || n < dilation[d]!)) return;
  const named = (what: string, sizes: readonly number[]): string =>
    sizes.map((n, d) => `${what}_${axisNames[d + 3 - sizes.length]}: ${n}`).join(' ');
  fail('op/argument', {
    text: `output padding must be smaller than either stride or dilation, but got ${named('output_padding', outputPadding)} ${named('stride', stride)} ${named('dilation', dilation)}`,
  });
}

function convTranspose(
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  options: ConvTransposeOptions,
): Tensor {
  const s: Settings = {
    stride: numbersFor('stride', options.stride ?? 1, rank),
    padding: numbersFor('padding', options.padding ?? 0, rank),
    dilation: numbersFor('dilation', options.dilation ?? 1, rank),
    outputPadding: numbersFor('output_padding', options.outputPadding ?? 0, rank),
    groups: options.groups ?? 1,
    transposed: true,
  };
  return batched(`conv_transpose${rank}d`, rank, input, (x) => {
    checkNumbers(s);
    checkShapes(x, weight, bias, s);
    checkDtypes(x, weight, bias);
    checkOutputPadding(s);
    const spatial = sizesAfter(x, weight, s);
    if (spatial.some((n) => n <= 0)) {
      fail('op/argument', {
        text: `Given input size per channel: ${crossed(x.shape.slice(2))}. Calculated output size per channel: ${crossed(spatial)}. Output size is too small`,
      });
    }
    return convMode('input', geometryOf(x, weight, spatial, s), x, weight, bias);
  });
}

/** A convolution of [N, C, L] or [C, L] with weight [out, C / groups, k]. */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvOptions = {},
): Tensor {
  return conv(1, input, weight, bias, options);
}

/** A convolution of [N, C, H, W] or [C, H, W] with weight [out, C / groups, kH, kW]. */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvOptions = {},
): Tensor {
  return conv(2, input, weight, bias, options);
}

/** A convolution of [N, C, D, H, W] or [C, D, H, W] with weight [out, C / groups, kD, kH, kW]. */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvOptions = {},
): Tensor {
  return conv(3, input, weight, bias, options);
}

/** The gradient of a {@link conv1d}, as a layer of its own; weight is [C, out / groups, k]. */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convTranspose(1, input, weight, bias, options);
}

/** The gradient of a {@link conv2d}, as a layer of its own; weight is [C, out / groups, kH, kW]. */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convTranspose(2, input, weight, bias, options);
}

/** The gradient of a {@link conv3d}, as a layer of its own; weight is [C, out / groups, kD, kH, kW]. */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convTranspose(3, input, weight, bias, options);
}
