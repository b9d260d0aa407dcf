import { identity, type Matrix } from './matrix.ts';

/**
 * Householder's factors of A = QR in place, in LAPACK's form: R on and above the diagonal, below it the vectors of the reflections
 * I - τ v vᵀ, whose first elements 1 are not stored. Gives the τ.
 */
export function qrInPlace({ rows, columns, data }: Matrix): Float64Array {
  const steps = Math.min(rows, columns);
  const taus = new Float64Array(steps);
  for (let k = 0; k < steps; k++) {
    let tail = 0;
    for (let i = k + 1; i < rows; i++) tail = Math.hypot(tail, data[i * columns + k]!);
    if (tail === 0) continue;
    const head = data[k * columns + k]!;
    const beta = head > 0 ? -Math.hypot(head, tail) : Math.hypot(head, tail);
    taus[k] = (beta - head) / beta;
    for (let i = k + 1; i < rows; i++) data[i * columns + k]! /= head - beta;
    data[k * columns + k] = beta;
    for (let j = k + 1; j < columns; j++) {
      let sum = data[k * columns + j]!;
      for (let i = k + 1; i < rows; i++) sum += data[i * columns + k]! * data[i * columns + j]!;
      sum *= taus[k]!;
      data[k * columns + j]! -= sum;
      for (let i = k + 1; i < rows; i++) data[i * columns + j]! -= sum * data[i * columns + k]!;
    }
  }
  return taus;
}

/** The first `columns` columns of the product of the reflections that {@link qrInPlace} left. */
export function formQ(factors: Matrix, taus: Float64Array, columns: number): Matrix {
  const { rows } = factors;
  const q = identity(rows, columns);
  for (let k = taus.length - 1; k >= 0; k--) {
    for (let j = 0; j < columns; j++) {
      let sum = q.data[k * columns + j]!;
      for (let i = k + 1; i < rows; i++) {
        sum += factors.data[i * factors.columns + k]! * q.data[i * columns + j]!;
      }
      sum *= taus[k]!;
      q.data[k * columns + j]! -= sum;
      for (let i = k + 1; i < rows; i++) {
        q.data[i * columns + j]! -= sum * factors.data[i * factors.columns + k]!;
      }
    }
  }
  return q;
}
