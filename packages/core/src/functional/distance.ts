import { getDefaultDtype, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { noGrad, type Tensor } from '../extend/index.ts';
import { recomputed } from '../ops/internal/recompute.ts';
import { broadcastShapes } from '../shape/index.ts';

/** Integers and bools in the default dtype, as a number with a fraction would make them. */
export function floated(x: Tensor): Tensor {
  return isFloatingPoint(x.dtype) ? x : x.to(getDefaultDtype());
}

/** Keyword arguments of {@link pairwiseDistance}. */
export interface PairwiseDistanceOptions {
  /** The norm's order. Default 2. */
  readonly p?: number | undefined;
  /** Added to each difference. Default 1e-6. */
  readonly eps?: number | undefined;
  readonly keepdim?: boolean | undefined;
}

/** The p-norm of x1 - x2 + eps over the last dimension. */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  { p = 2, eps = 1e-6, keepdim = false }: PairwiseDistanceOptions = {},
): Tensor {
  return floated(x1.sub(x2)).add(eps).norm(p, -1, { keepdim });
}

/** Keyword arguments of {@link cosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** Norms are taken as at least this. Default 1e-8. */
  readonly eps?: number | undefined;
}

/** The cosine of the angle between x1 and x2 along `dim`. */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  dim = 1,
  { eps = 1e-8 }: CosineSimilarityOptions = {},
): Tensor {
  if (!isFloatingPoint(x1.dtype) && !isFloatingPoint(x2.dtype)) {
    fail('op/argument', {
      text: `expected common dtype to be floating point, yet common dtype is ${x1.dtype}`,
    });
  }
  const shape = broadcastShapes(x1.shape, x2.shape);
  const direction = (x: Tensor): Tensor => {
    const wide = x.expand(shape);
    const norm = wide.vectorNorm(2, dim, { keepdim: true }).clone();
    // The limit takes no part in the gradient.
    noGrad(() => norm.clamp_(eps));
    return wide.div(norm);
  };
  return direction(x1).mul(direction(x2)).sum(dim);
}

const pdistOp = recomputed<number>('PdistBackward0', ([input], p) => {
  const x = input!;
  const n = x.shape[0]!;
  const first: bigint[] = [];
  const second: bigint[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      first.push(BigInt(i));
      second.push(BigInt(j));
    }
  }
  const rows = (index: readonly bigint[]): Tensor => x.indexSelect(0, indexTensor(x, index));
  return rows(first).sub(rows(second)).norm(p, -1);
});

function indexTensor(like: Tensor, index: readonly bigint[]): Tensor {
  const out = like.detach().newEmpty([index.length], { dtype: 'int64' });
  if (index.length > 0) out.storage.write(0, BigInt64Array.from(index));
  return out;
}

/** The p-norm of the difference of every two rows, those of row 0 first. */
export function pdist(input: Tensor, p = 2): Tensor {
  if (input.ndim !== 2) {
    fail('op/argument', {
      text: `pdist only supports 2D tensors, got: ${input.ndim}D`,
    });
  }
  if (!isFloatingPoint(input.dtype)) {
    fail('op/argument', { text: 'pdist only supports floating-point dtypes' });
  }
  if (p < 0) fail('op/argument', { text: 'pdist only supports non-negative p values' });
  return pdistOp([input], p);
}
