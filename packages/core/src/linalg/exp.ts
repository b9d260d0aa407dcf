import { identity, type Matrix, product } from './matrix.ts';

/** e^A by scaling to a norm below ½, Taylor's series, and squaring. */
export function matrixExp(a: Matrix): Matrix {
  const n = a.rows;
  let norm = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.abs(a.data[i * n + j]!);
    norm = Math.max(norm, sum);
  }
  const squarings = norm > 0.5 && Number.isFinite(norm) ? Math.ceil(Math.log2(norm / 0.5)) : 0;
  const scaled: Matrix = { rows: n, columns: n, data: a.data.map((x) => x / 2 ** squarings) };
  let term = identity(n);
  let sum = identity(n);
  for (let k = 1; k <= 18; k++) {
    term = product(term, scaled);
    for (let i = 0; i < term.data.length; i++) {
      term.data[i]! /= k;
      sum.data[i]! += term.data[i]!;
    }
  }
  for (let k = 0; k < squarings; k++) sum = product(sum, sum);
  return sum;
}
