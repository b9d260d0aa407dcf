import { fail } from '../../errors/index.ts';
import { type GradRecord, type Tensor, track } from '../../extend/index.ts';
import { matrixExp as expOnHost } from '../../linalg/index.ts';
import { numelOf } from '../../shape/index.ts';
import { powerColumns } from '../combine.ts';
import { cat } from '../join.ts';
import { crossAlong } from '../vectors.ts';
import { checkSquare, readMatrices, writeMatrices } from './host-matrices.ts';
import { inv, solve } from './solve.ts';

/** Square matrices multiplied with themselves: the `n`-th power, of the inverses for negative `n`. */
export function matrixPower(self: Tensor, n: number): Tensor {
  checkSquare('linalg.matrix_power', self);
  if (n < 0) return matrixPower(inv(self), -n);
  if (n === 0) {
    const identity = self.clone().zero_();
    identity.diagonal(0, -2, -1).fill_(1);
    return identity;
  }
  if (n === 1) return self.clone();
  let result: Tensor | undefined;
  let square = self;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? square : result.matmul(square);
    if (rest > 1) square = square.matmul(square);
  }
  return result!;
}

/** The product of several matrices, multiplied in the order that takes the least work. The ends may be vectors. */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  const count = tensors.length;
  if (count < 2) {
    fail('op/argument', { text: `multi_dot(): expected at least 2 tensors but got ${count}` });
  }
  const first = tensors[0]!;
  const last = tensors[count - 1]!;
  const parts = [...tensors];
  if (first.ndim === 1) parts[0] = first.unsqueeze(0);
  if (last.ndim === 1) parts[count - 1] = last.unsqueeze(-1);
  parts.forEach((x, i) => {
    if (x.ndim !== 2) {
      fail('op/argument', {
        text: `multi_dot(): tensor ${i} must be 2D but got ${x.ndim}D`,
      });
    }
  });
  const sizes = [parts[0]!.shape[0]!, ...parts.map((x) => x.shape[1]!)];
  const product = multiplied(parts, bestSplits(sizes), 0, count - 1);
  const rows = first.ndim === 1 ? [] : [first.shape[0]!];
  const columns = last.ndim === 1 ? [] : [last.shape[1]!];
  return product.reshape([...rows, ...columns]);
}

/** Where to cut each stretch of factors: the classical dynamic program over lengths. */
function bestSplits(sizes: readonly number[]): number[][] {
  const n = sizes.length - 1;
  const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const splits = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i]![j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const own = cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (own < cost[i]![j]!) {
          cost[i]![j] = own;
          splits[i]![j] = k;
        }
      }
    }
  }
  return splits;
}

function multiplied(parts: readonly Tensor[], splits: number[][], i: number, j: number): Tensor {
  if (i === j) return parts[i]!;
  const k = splits[i]![j]!;
  return multiplied(parts, splits, i, k).mm(multiplied(parts, splits, k + 1, j));
}

/** Keyword arguments with a dimension. */
export interface DimOptions {
  readonly dim?: number;
}

/** Inner products along a dimension. */
export function vecdot(x: Tensor, y: Tensor, { dim = -1 }: DimOptions = {}): Tensor {
  return x.mul(y).sum(dim);
}

/** Vector products along a dimension of size 3. */
export function cross(self: Tensor, other: Tensor, { dim = -1 }: DimOptions = {}): Tensor {
  return crossAlong(self, other, dim);
}

/** Powers 0, 1, … of the elements in a new last dimension. */
export function vander(
  x: Tensor,
  options: { readonly N?: number | null; readonly n?: number | null } = {},
): Tensor {
  const n = options.N ?? options.n ?? x.shape[x.ndim - 1] ?? 1;
  if (n <= 1) fail('op/argument', { text: 'N must be greater than 1.' });
  return powerColumns(x.ndim === 0 ? x.reshape([1]) : x, n);
}

const expRecord: GradRecord<undefined> = {
  name: 'LinalgMatrixExpBackward0',
  grads: [
    {
      in: [0],
      vjp: (g, c) => {
        // exp of [[Aᵀ, g], [0, Aᵀ]] has the derivative in its upper right corner.
        const a = c.input(0).transpose(-2, -1);
        const n = a.shape[a.ndim - 1]!;
        const top = cat([a, g], -1);
        const bottom = cat([a.detach().zerosLike(), a], -1);
        return matrixExp(cat([top, bottom], -2))
          .narrow(-2, 0, n)
          .narrow(-1, n, n);
      },
    },
  ],
};

/** The exponential of square matrices. */
export function matrixExp(self: Tensor): Tensor {
  checkSquare('linalg.matrix_exp', self);
  const { lead, rows, matrices } = readMatrices(self, 'linalg.matrix_exp');
  const out = writeMatrices(self, lead, rows, rows, matrices.map(expOnHost));
  return track(expRecord, out, [self], undefined);
}

/** The inverse of `tensordot` with the tensor, whose first `ind` dimensions come to stand last. */
export function tensorinv(self: Tensor, ind = 2): Tensor {
  if (ind <= 0) fail('op/argument', { text: "Expected a strictly positive integer for 'ind'" });
  const before = self.shape.slice(0, ind);
  const after = self.shape.slice(ind);
  const [m, n] = [numelOf(before), numelOf(after)];
  if (m !== n) {
    fail('op/argument', {
      text: `Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got ${n} != ${m}`,
    });
  }
  return inv(self.reshape([m, n])).reshape([...after, ...before]);
}

/** X with `tensordot(A, X, X.ndim)` = B; `dims` of A are moved to its end first. */
export function tensorsolve(self: Tensor, other: Tensor, dims?: readonly number[] | null): Tensor {
  const rank = self.ndim;
  const moved =
    dims == null
      ? self
      : self.movedim(
          dims,
          dims.map((_, i) => rank - dims.length + i),
        );
  const shape = moved.shape.slice(other.ndim);
  const n = numelOf(shape);
  if (n !== numelOf(moved.shape.slice(0, other.ndim))) {
    fail('op/argument', {
      text: `Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got ${n} != ${numelOf(moved.shape.slice(0, other.ndim))}`,
    });
  }
  return solve(moved.reshape([n, n]), other.reshape(-1)).reshape(shape);
}
