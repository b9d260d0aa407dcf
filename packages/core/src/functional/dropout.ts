import { fail, warn } from '../errors/index.ts';
import { emptyTensor, type Tensor } from '../extend/index.ts';
import { drawInto } from '../ops/internal/draw.ts';
import { cxx, dropoutMask, type Generator } from '../rng/index.ts';
import type { InplaceOptions } from './activation.ts';

/** Keyword arguments of dropouts. */
export interface DropoutOptions extends InplaceOptions {
  /** Otherwise the input is returned as it is. Default true, for the alpha dropouts false. */
  readonly training?: boolean | undefined;
  readonly generator?: Generator | undefined;
}

const ALPHA = 1.7580993408473766;

interface Kind {
  /** One draw for each channel of each sample. */
  readonly feature: boolean;
  /** Drops to the value that SELU saturates at and keeps mean and variance. */
  readonly alpha: boolean;
}

function checkProbability(p: number): void {
  if (p < 0 || p > 1) {
    fail('op/value', { text: `dropout probability has to be between 0 and 1, but got ${pythonFloat(p)}` });
  }
}

function pythonFloat(p: number): string {
  return Number.isInteger(p) ? `${p}.0` : cxx(p);
}

function drop(
  kind: Kind,
  input: Tensor,
  p: number,
  { training, inplace = false, generator }: DropoutOptions,
): Tensor {
  checkProbability(p);
  if (p === 0 || training !== true || input.numel() === 0) return input;
  const times = (noise: Tensor): Tensor => (inplace ? input.mul_(noise) : input.mul(noise));
  const own = input.detach();
  if (p === 1) return times(own.newZeros([]));
  const noise = kind.feature ? featureNoise(own) : own.emptyLike();
  if (!kind.alpha) {
    drawInto(noise, generator, (g, out) => dropoutMask(g, out, noise.dtype, p));
    return times(noise);
  }
  noise.bernoulli_(1 - p, { generator });
  const a = 1 / Math.sqrt((ALPHA * ALPHA * p + 1) * (1 - p));
  const shift = noise
    .sub(1)
    .mul_(ALPHA * a)
    .add_(ALPHA * a * p);
  return times(noise.mul_(a)).add_(shift);
}

function featureNoise(input: Tensor): Tensor {
  if (input.ndim < 2) {
    fail('op/argument', { text: 'Feature dropout requires at least 2 dimensions in the input' });
  }
  const shape = input.shape.map((n, d) => (d < 2 ? n : 1));
  return emptyTensor(input.backend, input.dtype, shape);
}

const plain: Kind = { feature: false, alpha: false };
const feature: Kind = { feature: true, alpha: false };

/** Sets a share `p` of the elements to 0 and multiplies the others by 1 / (1 - p), while training. */
export function dropout(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop(plain, input, p, { training: true, ...options });
}

/** {@link dropout} that keeps mean and variance of what SELU gives. */
export function alphaDropout(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop({ feature: false, alpha: true }, input, p, { training: false, ...options });
}

/** {@link alphaDropout} of whole channels. */
export function featureAlphaDropout(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop({ feature: true, alpha: true }, input, p, { training: false, ...options });
}

/** Drops whole channels; a sample alone is taken as a batch of one. */
function dropSamples(input: Tensor, rank: number, p: number, options: DropoutOptions): Tensor {
  const settings = { training: true, ...options };
  if (input.ndim === rank + 2) return drop(feature, input, p, settings);
  return drop(feature, input.unsqueeze(0), p, settings).squeeze(0);
}

/** {@link dropout} of whole channels of [N, C, L] or [C, L]. */
export function dropout1d(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkProbability(p);
  if (input.ndim !== 2 && input.ndim !== 3) {
    fail('op/argument', {
      text: `dropout1d: Expected 2D or 3D input, but received a ${input.ndim}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).`,
    });
  }
  return dropSamples(input, 1, p, options);
}

/** {@link dropout} of whole channels of [N, C, H, W]; [N, C, L] is taken as {@link dropout1d} takes it. */
export function dropout2d(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkProbability(p);
  warnOfRank('dropout2d', input, 2);
  if (input.ndim === 3) {
    warn(
      'dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead.',
    );
  }
  return drop(feature, input, p, { training: true, ...options });
}

/** {@link dropout} of whole channels of [N, C, D, H, W] or [C, D, H, W]. */
export function dropout3d(input: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkProbability(p);
  warnOfRank('dropout3d', input, 3);
  return dropSamples(input, 3, p, options);
}

function warnOfRank(op: string, input: Tensor, rank: 2 | 3): void {
  const ranks = [rank + 1, rank + 2];
  if (ranks.includes(input.ndim)) return;
  warn(
    `${op}: Received a ${input.ndim}-D input to ${op}, which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead. Note that ${op} exists to provide channel-wise dropout on inputs with ${rank} spatial dimensions, a channel dimension, and an optional batch dimension (i.e. ${ranks[0]}D or ${ranks[1]}D inputs).`,
  );
}
