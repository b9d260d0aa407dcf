import type { Matrix } from './matrix.ts';

/**
 * PA = LU with partial pivoting (Doolittle), in place: L below the diagonal without its ones, U on and above it. `pivots[k]` is the row
 * that was exchanged with row k. `info` is 0, or the first k (from 1) for which U[k][k] is 0.
 */
export function luInPlace(
  { rows, columns, data }: Matrix,
  pivot: boolean,
): { pivots: Int32Array; info: number } {
  const steps = Math.min(rows, columns);
  const pivots = new Int32Array(steps);
  let info = 0;
  for (let k = 0; k < steps; k++) {
    let best = k;
    if (pivot) {
      for (let i = k + 1; i < rows; i++) {
        if (Math.abs(data[i * columns + k]!) > Math.abs(data[best * columns + k]!)) best = i;
      }
    }
    pivots[k] = best;
    if (best !== k) swapRows(data, columns, k, best);
    const head = data[k * columns + k]!;
    if (head === 0) {
      if (info === 0) info = k + 1;
      continue;
    }
    for (let i = k + 1; i < rows; i++) {
      const factor = data[i * columns + k]! / head;
      data[i * columns + k] = factor;
      if (factor === 0) continue;
      for (let j = k + 1; j < columns; j++) data[i * columns + j]! -= factor * data[k * columns + j]!;
    }
  }
  return { pivots, info };
}

export function swapRows(data: Float64Array, columns: number, a: number, b: number): void {
  for (let j = 0; j < columns; j++) {
    const held = data[a * columns + j]!;
    data[a * columns + j] = data[b * columns + j]!;
    data[b * columns + j] = held;
  }
}

/** Solves TX = B in place, T triangular. */
export function solveTriangular(t: Matrix, b: Matrix, upper: boolean, unit: boolean): void {
  const n = t.rows;
  const m = b.columns;
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const head = unit ? 1 : t.data[i * n + i]!;
    for (let k = upper ? i + 1 : 0; k < (upper ? n : i); k++) {
      const factor = t.data[i * n + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < m; j++) b.data[i * m + j]! -= factor * b.data[k * m + j]!;
    }
    if (!unit) for (let j = 0; j < m; j++) b.data[i * m + j]! /= head;
  }
}

/** Solves AX = B in place from A's factors. */
export function solveFactored(lu: Matrix, pivots: ArrayLike<number>, b: Matrix): void {
  for (let k = 0; k < pivots.length; k++) {
    if (pivots[k] !== k) swapRows(b.data, b.columns, k, pivots[k]!);
  }
  solveTriangular(lu, b, false, true);
  solveTriangular(lu, b, true, false);
}
