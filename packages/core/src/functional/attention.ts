import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { where } from '../ops/where.ts';
import type { Generator } from '../rng/index.ts';
import { dropout } from './dropout.ts';

/** Keyword arguments of {@link scaledDotProductAttention}. */
export interface AttentionOptions {
  /** Booleans that are true where a key takes part, or numbers that are added to the scores: [..., L, S]. */
  readonly attnMask?: Tensor | null | undefined;
  /** The share of weights that are dropped. Default 0. */
  readonly dropoutP?: number | undefined;
  /** Each position sees only keys up to its own. Default false. */
  readonly isCausal?: boolean | undefined;
  /** What scores are multiplied by. Default 1 / √E. */
  readonly scale?: number | null | undefined;
  /** Gives [result, weights] instead. Default false. */
  readonly needAttnWeights?: boolean | undefined;
  readonly generator?: Generator | undefined;
}

/** What attention gives: with `needAttnWeights` its weights, too. */
export type AttentionResult<O> = O extends { readonly needAttnWeights: true }
  ? readonly [Tensor, Tensor]
  : Tensor;

/** softmax(query · keyᵀ · scale + mask) · value, for queries [..., L, E], keys [..., S, E] and values [..., S, V]. */
export function scaledDotProductAttention<const O extends AttentionOptions = object>(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: O,
): AttentionResult<O> {
  const {
    attnMask,
    dropoutP = 0,
    isCausal = false,
    scale,
    needAttnWeights,
    generator,
  } = (options ?? {}) as AttentionOptions;
  if (isCausal && attnMask != null) {
    fail('op/argument', {
      text: '_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True',
    });
  }
  // The root of the scale goes into each side, so that neither grows too large.
  const root = Math.sqrt(scale == null ? Math.sqrt(query.shape[query.ndim - 1]!) : 1 / scale);
  let scores = query.div(root).matmul(key.transpose(-2, -1).div(root));
  const mask = isCausal
    ? query
        .detach()
        .newOnes([query.shape[query.ndim - 2]!, key.shape[key.ndim - 2]!], { dtype: 'bool' })
        .tril()
    : attnMask;
  if (mask?.dtype === 'bool') scores = where(mask, scores, Number.NEGATIVE_INFINITY);
  else if (mask != null) scores = scores.add(mask);
  const weights = dropout(scores.softmax(-1), dropoutP, { training: true, generator });
  const out = weights.matmul(value);
  return (needAttnWeights === true ? [out, weights] : out) as AttentionResult<O>;
}
