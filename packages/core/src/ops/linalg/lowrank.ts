import { fail } from '../../errors/index.ts';
import type { Tensor } from '../../extend/index.ts';
import { randn } from '../random-tensors.ts';
import { qr } from './orthogonal.ts';
import { svd } from './spectral.ts';

const T = (x: Tensor): Tensor => x.transpose(-2, -1);

/** Orthonormal columns that nearly span the largest `q` directions of A - M, by iteration from random ones (Halko et al. 2009). */
function approximateBasis(a: Tensor, q: number, niter: number, mean: Tensor | undefined): Tensor {
  const n = a.shape[a.ndim - 1]!;
  const random = randn([n, q], { dtype: a.dtype, device: a.backend });
  const times = (x: Tensor, m: Tensor | undefined, y: Tensor): Tensor =>
    m === undefined ? x.matmul(y) : x.matmul(y).sub(m.matmul(y));
  const transposedMean = mean === undefined ? undefined : T(mean);
  let basis = qr(times(a, mean, random)).Q;
  for (let i = 0; i < niter; i++) {
    basis = qr(times(T(a), transposedMean, basis)).Q;
    basis = qr(times(a, mean, basis)).Q;
  }
  return basis;
}

/** The singular value decomposition of A - M, as far as `q` singular values, from a random projection. */
export function svdLowrank(
  self: Tensor,
  q = 6,
  niter = 2,
  m?: Tensor | null,
): { U: Tensor; S: Tensor; V: Tensor } {
  const [rows, columns] = self.shape.slice(-2) as [number, number];
  const mean = m == null ? undefined : m.expand(self.shape);
  // The smaller side is projected, whichever way round the matrix stands.
  const wide = rows < columns || columns > q;
  const a = wide ? T(self) : self;
  const centre = mean !== undefined && wide ? T(mean) : mean;
  const basis = approximateBasis(a, q, niter, centre);
  const projected = T(basis).matmul(centre === undefined ? a : a.sub(centre));
  const { U, S, Vh } = svd(projected, { fullMatrices: false });
  const left = basis.matmul(U);
  return wide ? { U: T(Vh), S, V: left } : { U: left, S, V: T(Vh) };
}

/** Principal components: {@link svdLowrank} of the matrix less the means of its columns. */
export function pcaLowrank(
  self: Tensor,
  q?: number | null,
  center = true,
  niter = 2,
): { U: Tensor; S: Tensor; V: Tensor } {
  const [rows, columns] = self.shape.slice(-2) as [number, number];
  const count = q ?? Math.min(6, rows, columns);
  if (count < 0 || count > Math.min(rows, columns)) {
    fail('op/value', {
      text: `q(=${count}) must be non-negative integer and not greater than min(m, n)=${Math.min(rows, columns)}`,
    });
  }
  if (niter < 0) fail('op/value', { text: `niter(=${niter}) must be non-negative integer` });
  if (!center) return svdLowrank(self, count, niter);
  return svdLowrank(self.sub(self.mean(-2, { keepdim: true })), count, niter);
}
