import type { Matrix } from './matrix.ts';

const ALPHA = (1 + Math.sqrt(17)) / 8;

/**
 * A = LDLᵀ from A's lower triangle by Bunch's and Kaufman's pivoting, in place, in LAPACK's form: D in blocks of 1 or 2 on the diagonal,
 * L below. `pivots` count from 1; a pair of equal negative ones marks a block of 2.
 */
export function ldlInPlace({ rows: n, data: a }: Matrix): { pivots: Int32Array; info: number } {
  const pivots = new Int32Array(n);
  let info = 0;
  const at = (i: number, j: number): number => a[i * n + j]!;
  for (let k = 0; k < n; ) {
    const [row, size] = choosePivot(a, n, k);
    if (Math.max(Math.abs(at(k, k)), largestBelow(a, n, k)[1]) === 0) {
      if (info === 0) info = k + 1;
      pivots[k] = k + 1;
      k++;
      continue;
    }
    const target = k + size - 1;
    if (row !== target) exchange(a, n, k, target, row);
    if (size === 1) {
      eliminateOne(a, n, k);
      pivots[k] = row + 1;
    } else {
      eliminateTwo(a, n, k);
      pivots[k] = -(row + 1);
      pivots[k + 1] = -(row + 1);
    }
    k += size;
  }
  return { pivots, info };
}

function largestBelow(a: Float64Array, n: number, k: number): [row: number, size: number] {
  let row = k;
  let size = 0;
  for (let i = k + 1; i < n; i++) {
    if (Math.abs(a[i * n + k]!) > size) {
      size = Math.abs(a[i * n + k]!);
      row = i;
    }
  }
  return [row, size];
}

/** Which row comes to stand where, and whether one or two columns are eliminated. */
function choosePivot(a: Float64Array, n: number, k: number): [row: number, size: 1 | 2] {
  const own = Math.abs(a[k * n + k]!);
  const [r, largest] = largestBelow(a, n, k);
  if (own >= ALPHA * largest) return [k, 1];
  let rowLargest = 0;
  for (let j = k; j < n; j++) {
    if (j === r) continue;
    rowLargest = Math.max(rowLargest, Math.abs(j < r ? a[r * n + j]! : a[j * n + r]!));
  }
  if (own >= ALPHA * largest * (largest / rowLargest)) return [k, 1];
  return Math.abs(a[r * n + r]!) >= ALPHA * rowLargest ? [r, 1] : [r, 2];
}

/** Exchanges rows and columns `p` < `q` of the symmetric matrix that is left from `k` on, kept in the lower triangle. */
function exchange(a: Float64Array, n: number, k: number, p: number, q: number): void {
  const swap = (i: number, j: number, s: number, t: number): void => {
    const held = a[i * n + j]!;
    a[i * n + j] = a[s * n + t]!;
    a[s * n + t] = held;
  };
  for (let i = q + 1; i < n; i++) swap(i, p, i, q);
  for (let j = p + 1; j < q; j++) swap(j, p, q, j);
  swap(p, p, q, q);
  if (p > k) swap(p, k, q, k);
}

function eliminateOne(a: Float64Array, n: number, k: number): void {
  const head = a[k * n + k]!;
  for (let j = k + 1; j < n; j++) {
    const factor = a[j * n + k]! / head;
    for (let i = j; i < n; i++) a[i * n + j]! -= a[i * n + k]! * factor;
  }
  for (let i = k + 1; i < n; i++) a[i * n + k]! /= head;
}

function eliminateTwo(a: Float64Array, n: number, k: number): void {
  const [p, q, r] = [a[k * n + k]!, a[(k + 1) * n + k]!, a[(k + 1) * n + k + 1]!];
  const det = p * r - q * q;
  for (let j = k + 2; j < n; j++) {
    const x = a[j * n + k]!;
    const y = a[j * n + k + 1]!;
    const u = (r * x - q * y) / det;
    const v = (p * y - q * x) / det;
    for (let i = j; i < n; i++) a[i * n + j]! -= a[i * n + k]! * u + a[i * n + k + 1]! * v;
    a[j * n + k] = u;
    a[j * n + k + 1] = v;
  }
}

/** Solves AX = B in place from A's factors. */
export function ldlSolve({ rows: n, data: a }: Matrix, pivots: ArrayLike<number>, b: Matrix): void {
  const m = b.columns;
  const row = (i: number): Float64Array => b.data.subarray(i * m, (i + 1) * m);
  const swap = (i: number, j: number): void => {
    if (i === j) return;
    const held = row(i).slice();
    row(i).set(row(j));
    row(j).set(held);
  };
  const subtract = (to: number, from: number, factor: number): void => {
    for (let j = 0; j < m; j++) b.data[to * m + j]! -= factor * b.data[from * m + j]!;
  };
  for (let k = 0; k < n; ) {
    if (pivots[k]! > 0) {
      swap(k, pivots[k]! - 1);
      for (let i = k + 1; i < n; i++) subtract(i, k, a[i * n + k]!);
      for (let j = 0; j < m; j++) b.data[k * m + j]! /= a[k * n + k]!;
      k++;
      continue;
    }
    swap(k + 1, -pivots[k]! - 1);
    for (let i = k + 2; i < n; i++) {
      subtract(i, k, a[i * n + k]!);
      subtract(i, k + 1, a[i * n + k + 1]!);
    }
    const [p, q, r] = [a[k * n + k]!, a[(k + 1) * n + k]!, a[(k + 1) * n + k + 1]!];
    const det = p * r - q * q;
    for (let j = 0; j < m; j++) {
      const [x, y] = [b.data[k * m + j]!, b.data[(k + 1) * m + j]!];
      b.data[k * m + j] = (r * x - q * y) / det;
      b.data[(k + 1) * m + j] = (p * y - q * x) / det;
    }
    k += 2;
  }
  for (let k = n - 1; k >= 0; ) {
    const size = pivots[k]! > 0 ? 1 : 2;
    const first = k - size + 1;
    for (let i = k + 1; i < n; i++) {
      for (let c = first; c <= k; c++) subtract(c, i, a[i * n + c]!);
    }
    swap(k, Math.abs(pivots[k]!) - 1);
    k = first - 1;
  }
}
