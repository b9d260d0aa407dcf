import type { Tensor } from '@taimatsu/core';
import { resultItems } from '../compare/compare.ts';
import { isTensor } from '../tensors.ts';
import { decodeTensor } from './decode.ts';
import { isTagged, isTensorRecord, type ValueRecord } from './format.ts';

/** Operators that give U, S and V of a singular value decomposition as they are. */
const decompositions: ReadonlySet<string> = new Set(['svd_lowrank', 'pca_lowrank']);

/**
 * Our singular vectors with the signs that PyTorch's have. A pair of them is unique up to one sign for both, which LAPACK
 * happens to choose; all else is compared as it is, and gradients are pulled back through the same signs.
 */
export function withTheirSigns(op: string, recorded: ValueRecord, ours: unknown): unknown {
  if (!decompositions.has(op) || !isTagged(recorded) || recorded.$ !== 'tuple') return ours;
  const [left] = recorded.v;
  const parts = resultItems(ours);
  if (left === undefined || !isTensorRecord(left) || parts?.length !== 3 || !parts.every(isTensor))
    return ours;
  const [u, s, v] = parts as readonly [Tensor, Tensor, Tensor];
  if (String(u.shape) !== String(left.shape)) return ours;
  const agreement = u.detach().mul(decodeTensor({ ...left, requires_grad: false }));
  const signs = agreement.sum(-2, { keepdim: true }).ge(0).to(u.dtype).mul(2).sub(1);
  return [u.mul(signs), s, v.mul(signs)];
}
