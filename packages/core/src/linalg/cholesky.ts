import type { Matrix } from './matrix.ts';

/**
 * A = LLᵀ from A's lower triangle, in place; the upper triangle becomes 0. Gives 0, or the order (from 1) of the leading minor that is
 * not positive.
 */
export function choleskyInPlace({ rows: n, data }: Matrix): number {
  for (let j = 0; j < n; j++) {
    let sum = data[j * n + j]!;
    for (let k = 0; k < j; k++) sum -= data[j * n + k]! ** 2;
    if (!(sum > 0)) return j + 1;
    const head = Math.sqrt(sum);
    data[j * n + j] = head;
    for (let i = j + 1; i < n; i++) {
      let value = data[i * n + j]!;
      for (let k = 0; k < j; k++) value -= data[i * n + k]! * data[j * n + k]!;
      data[i * n + j] = value / head;
      data[j * n + i] = 0;
    }
  }
  return 0;
}
