import type { DType } from '../../dtype/index.ts';
import { fail } from '../../errors/index.ts';
import type { Tensor } from '../../extend/index.ts';
import { normalizeAxis } from '../../shape/index.ts';
import { vectorNorm } from '../statistics.ts';
import { checkMatrices } from './host-matrices.ts';
import { invEx } from './solve.ts';
import { svdvals } from './spectral.ts';

/** A norm of matrices: Frobenius, nuclear, or the largest or smallest row sum, column sum or singular value. */
export type MatrixOrd = 'fro' | 'nuc' | number;

/** Keyword arguments of norms. */
export interface NormOptions {
  readonly keepdim?: boolean;
  readonly dtype?: DType;
}

/** The norm of matrices in two dimensions. */
export function matrixNorm(
  self: Tensor,
  ord: MatrixOrd = 'fro',
  dim: readonly number[] = [-2, -1],
  { keepdim = false, dtype }: NormOptions = {},
): Tensor {
  const a = dtype === undefined ? self : self.to(dtype);
  checkMatrices('linalg.matrix_norm', a);
  const rows = normalizeAxis(dim[0]!, a.ndim);
  const columns = normalizeAxis(dim[1]!, a.ndim);
  if ((rows as number) === columns) {
    fail('op/argument', {
      text: `linalg.matrix_norm: dims must be different. Got (${dim[0]}, ${dim[1]})`,
    });
  }
  if (ord === 'fro') return vectorNorm(a, 2, [rows, columns], { keepdim });
  const moved = a.movedim([rows, columns], [-2, -1]);
  const value = normOf(moved, ord);
  if (!keepdim) return value;
  const [low, high] = rows < columns ? [rows, columns] : [columns, rows];
  return value.unsqueeze(low).unsqueeze(high);
}

function normOf(a: Tensor, ord: Exclude<MatrixOrd, 'fro'>): Tensor {
  if (ord === 'nuc') return svdvals(a).sum(-1);
  const size = Math.abs(ord);
  if (![1, 2, Number.POSITIVE_INFINITY].includes(size)) {
    fail('op/argument', { text: `linalg.matrix_norm: Order ${ord} not supported.` });
  }
  const values = size === 2 ? svdvals(a) : vectorNorm(a, 1, size === 1 ? -2 : -1);
  return ord > 0 ? values.amax(-1) : values.amin(-1);
}

/** The norm of vectors or matrices, as `ord` and `dim` say; without both, of all elements as one vector. */
export function norm(
  self: Tensor,
  ord?: MatrixOrd | null,
  dim?: number | readonly number[] | null,
  options: NormOptions = {},
): Tensor {
  const dims = dim == null ? undefined : [dim].flat();
  if (ord == null) return vectorNorm(self, 2, dims ?? null, options);
  if (dims !== undefined && dims.length > 2) {
    fail('op/argument', {
      text: `linalg.norm: If dim is specified, it must be of length 1 or 2. Got [${dims.join(', ')}]`,
    });
  }
  if (dims === undefined && self.ndim !== 1 && self.ndim !== 2) {
    fail('op/argument', {
      text: 'linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got '.concat(
        `${self.ndim}D.`,
      ),
    });
  }
  if (typeof ord === 'string' || (dims === undefined ? self.ndim === 2 : dims.length === 2)) {
    return matrixNorm(self, ord, (dims ?? [0, 1]) as readonly number[], options);
  }
  return vectorNorm(self, ord, (dims ?? [0]) as readonly number[], options);
}

/** The condition number: how much errors can grow when solving with the matrix. */
export function cond(self: Tensor, p: MatrixOrd | null = 2): Tensor {
  checkMatrices('linalg.cond', self);
  const order = p ?? 2;
  if (order === 2 || order === -2) {
    if (self.numel() === 0) return self.newZeros(self.shape.slice(0, -2));
    const s = svdvals(self);
    const [first, last] = [s.select(-1, 0), s.select(-1, -1)];
    return order === 2 ? first.div(last) : last.div(first);
  }
  if (self.numel() === 0) return self.newZeros(self.shape.slice(0, -2));
  const { inverse, info } = invEx(self);
  const lost = info.ne(0).unsqueeze(-1).unsqueeze(-1);
  const there = inverse.maskedFill(lost, Number.POSITIVE_INFINITY);
  return matrixNorm(self, order).mul(matrixNorm(there, order));
}

export { vectorNorm };
