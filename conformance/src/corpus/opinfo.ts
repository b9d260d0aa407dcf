import type { Tensor } from '@taimatsu/core';
import { resultItems } from '../compare/compare.ts';
import { isTensor } from '../tensors.ts';

/** OpInfo gives these the seed 42 right before the call, whatever was seeded before. */
const reseeded: ReadonlySet<string> = new Set([
  'bernoulli',
  'multinomial',
  'normal',
  'pca_lowrank',
  'rand_like',
  'randint_like',
  'randn',
  'randn_like',
  'svd_lowrank',
  'uniform',
  'nn.functional._scaled_dot_product_attention',
  'nn.functional.dropout',
  'nn.functional.dropout2d',
  'nn.functional.dropout3d',
  'nn.functional.feature_alpha_dropout',
  'nn.functional.fractional_max_pool2d',
  'nn.functional.fractional_max_pool3d',
  'nn.functional.rrelu',
]);

/** The seed that was set before a recorded call. */
export function seedOf(op: string, seed: number): number {
  return reseeded.has(op) ? 42 : seed;
}

/** Operators that give memory as it was: only its shape and dtype mean something. */
const meaningless: ReadonlySet<string> = new Set([
  'empty',
  'empty_like',
  'new_empty',
  'new_empty_strided',
  'resize_',
  'resize_as_',
]);

/** True when the recorded elements can be compared. */
export function hasContents(op: string): boolean {
  return !meaningless.has(op);
}

/**
 * A decomposition made comparable the way OpInfo does before it takes gradients: without what is only defined up to a
 * sign, a phase or a choice. `recorded` is the number of outputs that are left, and `rank` that of the first.
 */
export function processOutput(op: string, output: unknown, recorded: number, rank: number): unknown {
  const parts = (resultItems(output) ?? [output]) as readonly Tensor[];
  switch (op) {
    case 'linalg.eig':
    case 'linalg.eigh':
    case 'symeig':
      return [parts[0], parts[1]!.abs()];
    case 'linalg.lu':
    case 'lu_unpack':
      return [parts[1], parts[2]];
    case 'linalg.svd':
    case 'svd':
      return processSvd(op, parts, recorded, rank);
    case 'to_sparse':
      return isTensor(output) ? output : parts[0];
    default:
      return output;
  }
}

/** OpInfo looks at |U|, at S, at (S, |Vh|) or at (U Vh, S), in turn. */
function processSvd(op: string, [u, s, v]: readonly Tensor[], recorded: number, rank: number): unknown {
  const k = s!.shape.at(-1)!;
  const left = u!.narrow(-1, 0, k);
  const right = (op === 'svd' ? v!.transpose(-2, -1) : v!).narrow(-2, 0, k);
  if (recorded === 1) return rank === s!.ndim ? s : left.abs();
  return rank === s!.ndim ? [s, right.abs()] : [left.matmul(right), s];
}
