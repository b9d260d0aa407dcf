import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { recomputed } from './internal/recompute.ts';

const cdistOp = recomputed<number>('CdistBackward0', ([x1, x2], p) =>
  x1!.unsqueeze(-2).sub(x2!.unsqueeze(-3)).norm(p, -1),
);

/** The p-norm of the difference of every row of x1 and every row of x2, batches broadcast: [..., P, M] and [..., R, M]. */
export function cdist(x1: Tensor, x2: Tensor, p = 2): Tensor {
  for (const [x, name] of [
    [x1, 'X1'],
    [x2, 'X2'],
  ] as const) {
    if (!isFloatingPoint(x.dtype)) {
      fail('op/argument', {
        text: `cdist only supports floating-point dtypes, ${name} got: ${x.dtype}`,
      });
    }
    if (x.ndim < 2) {
      fail('op/argument', {
        text: `cdist only supports at least 2D tensors, ${name} got: ${x.ndim}D`,
      });
    }
  }
  const [m1, m2] = [x1.shape[x1.ndim - 1]!, x2.shape[x2.ndim - 1]!];
  if (m1 !== m2) {
    fail('op/argument', {
      text: `X1 and X2 must have the same number of columns. X1: ${m1} X2: ${m2}`,
    });
  }
  if (p < 0) fail('op/argument', { text: 'cdist only supports non-negative p values' });
  return cdistOp([x1, x2], p);
}
