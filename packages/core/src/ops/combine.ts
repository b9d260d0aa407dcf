import { backendOf } from '../backend/index.ts';
import { type DType, promoteTypes } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, type Tensor } from '../extend/index.ts';
import type { TensorOptions } from './creation.ts';
import { fromNumbers } from './host.ts';
import { cat, meshgrid, stack } from './join.ts';

function requireVector(x: Tensor): void {
  if (x.ndim !== 1)
    fail('op/argument', { text: `Expect a 1D vector, but got shape [${x.shape.join(', ')}]` });
}

/** All ways of taking one element of each vector, one row each. */
export function cartesianProd(...tensors: readonly Tensor[]): Tensor {
  for (const x of tensors) requireVector(x);
  if (tensors.length === 1) return tensors[0]!;
  const grids = meshgrid(tensors);
  return stack(
    grids.map((x) => x.flatten()),
    1,
  );
}

/** Keyword arguments of {@link combinations}. */
export interface CombinationsOptions {
  /** Lets an element be taken several times. Default false. */
  readonly withReplacement?: boolean;
}

/** All ways of taking `r` elements of a vector in their order, one row each. */
export function combinations(
  self: Tensor,
  r = 2,
  { withReplacement = false }: CombinationsOptions = {},
): Tensor {
  requireVector(self);
  if (r < 0) fail('op/argument', { text: `Expect a non-negative number, but got ${r}` });
  if (r === 0) return self.newEmpty([0]);
  const rows: number[] = [];
  const chosen: number[] = [];
  const choose = (from: number): void => {
    if (chosen.length === r) {
      rows.push(...chosen);
      return;
    }
    for (let i = from; i < self.numel(); i++) {
      chosen.push(i);
      choose(withReplacement ? i : i + 1);
      chosen.pop();
    }
  };
  choose(0);
  return self.indexSelect(0, fromNumbers(self, 'int64', [rows.length], rows)).view(-1, r);
}

function triangleIndices(
  name: string,
  row: number,
  col: number,
  inside: (i: number, j: number) => boolean,
  options: TensorOptions,
): Tensor {
  if (row < 0) fail('op/argument', { text: `row must be non-negative, got${row}` });
  if (col < 0) fail('op/argument', { text: `col must be non-negative, got${col}` });
  const dtype: DType = options.dtype ?? 'int64';
  if (dtype !== 'int64' && dtype !== 'int32') {
    fail('op/argument', { text: `"${name}" not implemented for '${dtype}'` });
  }
  const rows: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < row; i++) {
    for (let j = 0; j < col; j++) {
      if (!inside(i, j)) continue;
      rows.push(i);
      columns.push(j);
    }
  }
  const device = emptyTensor(backendOf(options.device), dtype, [0]);
  return fromNumbers(device, dtype, [2, rows.length], [...rows, ...columns]);
}

/** Row and column numbers of the part of a `row` by `col` matrix on and below a diagonal. */
export function trilIndices(row: number, col: number, offset = 0, options: TensorOptions = {}): Tensor {
  return triangleIndices('tril_indices', row, col, (i, j) => j <= i + offset, options);
}

/** Row and column numbers of the part of a `row` by `col` matrix on and above a diagonal. */
export function triuIndices(row: number, col: number, offset = 0, options: TensorOptions = {}): Tensor {
  return triangleIndices('triu_indices', row, col, (i, j) => j >= i + offset, options);
}

/** Powers of a vector's elements as the columns of a matrix, the highest first unless `increasing`. */
export function vander(x: Tensor, n?: number | null, increasing = false): Tensor {
  if (x.ndim !== 1) fail('op/argument', { text: 'x must be a one-dimensional tensor.' });
  const columns = n ?? x.numel();
  if (columns < 0) fail('op/argument', { text: 'N must be non-negative.' });
  const powers = powerColumns(x.to(promoteTypes(x.dtype, 'int64')), columns);
  return increasing ? powers : powers.flip(1);
}

/** x⁰, x¹, … as a new last dimension. */
export function powerColumns(x: Tensor, n: number): Tensor {
  const one = x.newOnes([...x.shape, Math.min(n, 1)]);
  if (n <= 1) return one;
  const base = x.unsqueeze(-1);
  return cat([one, base.expand([...x.shape, n - 1])], -1).cumprod(-1);
}
