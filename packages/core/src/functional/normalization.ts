import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { noGrad, type Tensor } from '../extend/index.ts';
import { normalizeAxis, numelOf, type Shape } from '../shape/index.ts';
import { titleOf } from './activation.ts';
import { refuseGrad } from './reduction.ts';
import { type Geometry, type Normalized, standardizer, statistics } from './standardize.ts';

const list = (sizes: Shape): string => `[${sizes.join(', ')}]`;
const sameSizes = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, d) => n === b[d]);

/** Keyword arguments of {@link layerNorm} and {@link groupNorm}. */
export interface NormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number | undefined;
}

const layerNormOp = standardizer('NativeLayerNormBackward0');

/** {@link layerNorm} with the mean and 1 / √(variance + eps) that it used. */
export function nativeLayerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  weight: Tensor | null | undefined,
  bias: Tensor | null | undefined,
  eps: number,
): Normalized {
  checkLayerNorm(input, normalizedShape, weight, bias);
  const lead = input.ndim - normalizedShape.length;
  return layerNormOp(input, weight, bias, {
    shape: input.shape,
    axes: normalizedShape.map((_, i) => lead + i),
    affine: [...new Array<number>(lead).fill(1), ...normalizedShape],
    eps,
    fixed: false,
  });
}

function checkLayerNorm(
  input: Tensor,
  sizes: readonly number[],
  weight: Tensor | null | undefined,
  bias: Tensor | null | undefined,
): void {
  if (sizes.length === 0) {
    fail('op/argument', {
      text: `Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = ${list(sizes)}`,
    });
  }
  for (const [name, x] of [
    ['weight', weight],
    ['bias', bias],
  ] as const) {
    if (x != null && !sameSizes(x.shape, sizes)) {
      fail('op/argument', {
        text: `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${list(x.shape)} and normalized_shape = ${list(sizes)}`,
      });
    }
  }
  if (input.ndim < sizes.length || !sameSizes(input.shape.slice(input.ndim - sizes.length), sizes)) {
    fail('op/argument', {
      text: `Given normalized_shape=${list(sizes)}, expected input with shape [*, ${sizes.join(', ')}], but got input of size${list(input.shape)}`,
    });
  }
  if (!isFloatingPoint(input.dtype)) {
    fail('dtype/not-implemented', { kernel: 'LayerNormKernelImpl', dtype: titleOf(input.dtype) });
  }
}

/** Mean 0 and variance 1 over the last dimensions, `normalizedShape`; then times `weight` plus `bias`, of that shape. */
export function layerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  weight?: Tensor | null,
  bias?: Tensor | null,
  { eps = 1e-5 }: NormOptions = {},
): Tensor {
  return nativeLayerNorm(input, normalizedShape, weight, bias, eps)[0];
}

const groupNormOp = standardizer('NativeGroupNormBackward0');

function requireSeveral(shape: Shape, size: Shape): void {
  const values = numelOf(shape.slice(2)) * shape[0]!;
  if (values === 1) {
    fail('op/value', {
      text: `Expected more than 1 value per channel when training, got input size ${list(size)}`,
    });
  }
}

/** Mean 0 and variance 1 within each of `numGroups` groups of channels (dimension 1) of each sample. */
export function groupNorm(
  input: Tensor,
  numGroups: number,
  weight?: Tensor | null,
  bias?: Tensor | null,
  { eps = 1e-5 }: NormOptions = {},
): Tensor {
  const [batch, channels] = input.shape as readonly [number, number];
  const seen = [Math.floor((batch * channels) / numGroups), numGroups, ...input.shape.slice(2)];
  requireSeveral(seen, seen);
  if (channels % numGroups !== 0) {
    fail('op/argument', {
      text: `Expected number of channels in input to be divisible by num_groups, but got input of shape ${list(input.shape)} and num_groups=${numGroups}`,
    });
  }
  for (const [name, x] of [
    ['weight', weight],
    ['bias', bias],
  ] as const) {
    if (x != null && (x.ndim !== 1 || x.numel() !== channels)) {
      fail('op/argument', {
        text: `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ${list(x.shape)} and input of shape ${list(input.shape)}`,
      });
    }
  }
  const inGroup = channels / numGroups;
  return groupNormOp(input, weight, bias, {
    shape: [batch, numGroups, inGroup, numelOf(input.shape.slice(2))],
    axes: [2, 3],
    affine: [1, numGroups, inGroup, 1],
    eps,
    fixed: false,
  })[0];
}

/** Keyword arguments of {@link batchNorm}. */
export interface BatchNormOptions {
  readonly weight?: Tensor | null | undefined;
  readonly bias?: Tensor | null | undefined;
  /** Takes mean and variance from the batch and moves the running ones; otherwise uses the running ones. Default false. */
  readonly training?: boolean | undefined;
  /** How far the running statistics move. Default 0.1. */
  readonly momentum?: number | undefined;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number | undefined;
}

const batchNormOp = standardizer('NativeBatchNormBackward0');

function checkBatchNorm(
  input: Tensor,
  parts: Readonly<Record<string, Tensor | null | undefined>>,
  training: boolean,
): void {
  normalizeAxis(1, input.ndim);
  const channels = input.shape[1]!;
  for (const [name, x] of Object.entries(parts)) {
    if (x == null) {
      if (!training && name.startsWith('running')) {
        fail('op/argument', { text: `${name} must be defined in evaluation mode` });
      }
    } else if (x.numel() !== channels) {
      fail('op/argument', { text: `${name} should contain ${channels} elements not ${x.numel()}` });
    }
  }
}

/** {@link batchNorm} with the mean and 1 / √(variance + eps) of the batch; empty ones when it used running ones. */
export function nativeBatchNorm(
  input: Tensor,
  weight: Tensor | null | undefined,
  bias: Tensor | null | undefined,
  runningMean: Tensor | null | undefined,
  runningVar: Tensor | null | undefined,
  training: boolean,
  momentum: number,
  eps: number,
): Normalized {
  const parts = { running_mean: runningMean, running_var: runningVar, weight, bias };
  checkBatchNorm(input, parts, training);
  refuseGrad('native_batch_norm', 'running_mean', runningMean);
  refuseGrad('native_batch_norm', 'running_var', runningVar);
  if (!isFloatingPoint(input.dtype)) {
    fail('dtype/not-implemented', { kernel: 'batch_norm', dtype: titleOf(input.dtype) });
  }
  const channelwise = input.shape.map((n, d) => (d === 1 ? n : 1));
  const geometry: Geometry = {
    shape: input.shape,
    axes: input.shape.map((_, d) => d).filter((d) => d !== 1),
    affine: channelwise,
    eps,
    fixed: !training,
  };
  const given = noGrad(() => {
    if (training) return statistics(input.detach(), geometry);
    const wide = (x: Tensor): Tensor => x.detach().clone().reshape(channelwise);
    return { mean: wide(runningMean!), variance: wide(runningVar!) };
  });
  const [out, mean, rstd] = batchNormOp(input, weight, bias, geometry, given);
  if (!training) return [out, input.detach().newEmpty([0]), input.detach().newEmpty([0])];
  noGrad(() => {
    const count = input.numel() / input.shape[1]!;
    move(runningMean, given.mean, momentum, 1);
    move(runningVar, given.variance, momentum, count / (count - 1));
  });
  return [out, mean.detach().view(-1), rstd.detach().view(-1)];
}

/** Moves a running statistic toward what the batch had. */
function move(running: Tensor | null | undefined, batch: Tensor, momentum: number, scale: number): void {
  running?.mul_(1 - momentum).add_(batch.reshape(running.shape), { alpha: momentum * scale });
}

/**
 * Mean 0 and variance 1 for each channel (dimension 1) over everything else; then times weight plus bias. While training
 * the running mean and the running (unbiased) variance are moved in place.
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null | undefined,
  runningVar: Tensor | null | undefined,
  options: BatchNormOptions = {},
): Tensor {
  const { weight, bias, training = false, momentum = 0.1, eps = 1e-5 } = options;
  if (training && input.ndim > 1 && input.shape[0]! * numelOf(input.shape.slice(2)) === 1) {
    fail('op/value', {
      text: `Expected more than 1 value per channel when training, got input size torch.Size(${list(input.shape)})`,
    });
  }
  if (input.numel() === 0) return emptyBatch(input, weight, bias);
  return nativeBatchNorm(input, weight, bias, runningMean, runningVar, training, momentum, eps)[0];
}

/** Nothing to normalize, but weight and bias stay in the graph. */
function emptyBatch(
  input: Tensor,
  weight: Tensor | null | undefined,
  bias: Tensor | null | undefined,
): Tensor {
  const scaled = weight == null ? input.clone() : input.clone().mul(weight.select(0, 0));
  return bias == null ? scaled : scaled.add(bias.select(0, 0));
}

/** Keyword arguments of {@link instanceNorm}. */
export interface InstanceNormOptions extends Omit<BatchNormOptions, 'training'> {
  readonly runningMean?: Tensor | null | undefined;
  readonly runningVar?: Tensor | null | undefined;
  /** Takes mean and variance from each instance; otherwise uses the running ones. Default true. */
  readonly useInputStats?: boolean | undefined;
}

/** Mean 0 and variance 1 for each channel of each sample. */
export function instanceNorm(input: Tensor, options: InstanceNormOptions = {}): Tensor {
  const { runningMean, runningVar, weight, bias, useInputStats = true, momentum, eps } = options;
  if (useInputStats && numelOf(input.shape.slice(2)) === 1) {
    fail('op/value', {
      text: `Expected more than 1 spatial element when training, got input size torch.Size(${list(input.shape)})`,
    });
  }
  if (!useInputStats && (runningMean == null || runningVar == null)) {
    fail('op/argument', {
      text: 'Expected running_mean and running_var to be defined when use_input_stats is false',
    });
  }
  const [batch, channels] = input.shape as readonly [number, number];
  const repeated = (x: Tensor | null | undefined): Tensor | undefined => x?.repeat(batch);
  const mean = repeated(runningMean);
  const variance = repeated(runningVar);
  const out = batchNorm(
    input.contiguous().view([1, batch * channels, ...input.shape.slice(2)]),
    mean,
    variance,
    {
      weight: repeated(weight),
      bias: repeated(bias),
      training: useInputStats,
      momentum,
      eps,
    },
  );
  noGrad(() => {
    runningMean?.copy_(mean!.view(batch, channels).mean(0));
    runningVar?.copy_(variance!.view(batch, channels).mean(0));
  });
  return out.view(input.shape);
}

/** Keyword arguments of {@link normalize}. */
export interface NormalizeOptions {
  /** The norm's order. Default 2. */
  readonly p?: number | undefined;
  /** Default 1. */
  readonly dim?: number | readonly number[] | undefined;
  /** Norms are taken as at least this. Default 1e-12. */
  readonly eps?: number | undefined;
}

/** Divided by the p-norm along `dim`. */
export function normalize(input: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor {
  return input.div(input.norm(p, dim, { keepdim: true }).clampMin(eps).expandAs(input));
}
