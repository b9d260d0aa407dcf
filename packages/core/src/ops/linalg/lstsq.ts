import { fail } from '../../errors/index.ts';
import { noGrad, type Tensor } from '../../extend/index.ts';
import { checkMatrices, checkRank } from './host-matrices.ts';
import { matrixRank, pinv, svdvals } from './spectral.ts';

/** Keyword arguments of {@link lstsq}. */
export interface LstsqOptions {
  /** Which of LAPACK's drivers decides what is reported. The computation is the same. Default gelsy. */
  readonly driver?: 'gels' | 'gelsy' | 'gelsd' | 'gelss' | null;
}

/** The X for which AX - B is smallest, and what is known about it. */
export interface LstsqResult {
  readonly solution: Tensor;
  /** Squared sizes of the columns of AX - B, where A has full rank and more rows than columns. */
  readonly residuals: Tensor;
  readonly rank: Tensor;
  readonly singularValues: Tensor;
}

/** Least squares: the X, of those the smallest, for which AX comes closest to B. */
export function lstsq(
  a: Tensor,
  b: Tensor,
  rcond?: number | null,
  { driver }: LstsqOptions = {},
): LstsqResult {
  checkRank('torch.linalg.lstsq', a);
  checkMatrices('torch.linalg.lstsq', a, 'input');
  const which = driver ?? 'gelsy';
  if (!['gels', 'gelsy', 'gelsd', 'gelss'].includes(which)) {
    fail('op/argument', {
      text: 'torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)',
    });
  }
  const vector = a.ndim - 1 === b.ndim && b.shape.every((n, d) => n === a.shape[d]);
  const right = vector ? b.unsqueeze(-1) : b;
  const solution = pinv(a, rcond ?? null).matmul(right);
  const [m, n] = a.shape.slice(-2) as [number, number];
  const none = (): Tensor => a.detach().newEmpty([0]);
  const ranks =
    which === 'gels'
      ? a.detach().newEmpty([0], { dtype: 'int64' })
      : matrixRank(a.detach(), null, {
          rtol: rcond ?? null,
        });
  const full =
    m > n && which !== 'gelsy' && (which === 'gels' || noGrad(() => ranks.eq(n).all().item()) === true);
  return {
    solution: vector ? solution.squeeze(-1) : solution,
    residuals: full ? noGrad(() => a.matmul(solution).sub(right).square().sum(-2)) : none(),
    rank: ranks,
    singularValues: which === 'gelsd' || which === 'gelss' ? noGrad(() => svdvals(a.detach())) : none(),
  };
}
