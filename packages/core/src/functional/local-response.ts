import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { avgPool2d, avgPool3d } from './avg-pooling.ts';
import { constantPadNd } from './pad.ts';

/** Keyword arguments of {@link localResponseNorm}. */
export interface LocalResponseOptions {
  /** Default 1e-4. */
  readonly alpha?: number | undefined;
  /** Default 0.75. */
  readonly beta?: number | undefined;
  /** Default 1. */
  readonly k?: number | undefined;
}

/** Divided by (k + alpha · mean of squares)^beta, the mean taken over `size` neighbouring channels (dimension 1). */
export function localResponseNorm(
  input: Tensor,
  size: number,
  { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseOptions = {},
): Tensor {
  if (input.ndim < 3) {
    fail('op/value', {
      text: `Expected 3D or higher dimensionality                          input (got ${input.ndim} dimensions)`,
    });
  }
  if (input.numel() === 0) return input;
  const before = Math.floor(size / 2);
  const after = Math.floor((size - 1) / 2);
  const squares = input.mul(input);
  let means: Tensor;
  if (input.ndim === 3) {
    const padded = constantPadNd(squares.unsqueeze(1), [0, 0, before, after]);
    means = avgPool2d(padded, [size, 1], { stride: 1 }).squeeze(1);
  } else {
    const [batch, channels, rows] = input.shape as [number, number, number];
    const planes = squares.contiguous().view([batch, 1, channels, rows, -1]);
    const padded = constantPadNd(planes, [0, 0, 0, 0, before, after]);
    means = avgPool3d(padded, [size, 1, 1], { stride: 1 }).squeeze(1).view(input.shape);
  }
  return input.div(means.mul(alpha).add(k).pow(beta));
}
