import { copyOf, identity, type Matrix } from './matrix.ts';

/** Eigenvalues, ascending, and eigenvectors as columns. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

const SWEEPS = 60;

/** The eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations, which are accurate also for small eigenvalues. */
export function eigh(a: Matrix): Eigen {
  const n = a.rows;
  const m = copyOf(a).data;
  const v = identity(n);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) moved = rotate(m, v.data, n, p, q) || moved;
    }
    if (!moved) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((x, y) => m[x * n + x]! - m[y * n + y]!);
  const values = Float64Array.from(order, (i) => m[i * n + i]!);
  const vectors = identity(n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors.data[i * n + to] = v.data[i * n + from]!;
  });
  return { values, vectors };
}

/** Makes element (p, q) 0; false where it is negligible already. */
function rotate(m: Float64Array, v: Float64Array, n: number, p: number, q: number): boolean {
  const off = m[p * n + q]!;
  const scale = Math.abs(m[p * n + p]!) + Math.abs(m[q * n + q]!);
  if (off === 0 || Math.abs(off) < 1e-18 * scale || Number.isNaN(off)) return false;
  const theta = (m[q * n + q]! - m[p * n + p]!) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const x = m[k * n + p]!;
    const y = m[k * n + q]!;
    m[k * n + p] = c * x - s * y;
    m[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const x = m[p * n + k]!;
    const y = m[q * n + k]!;
    m[p * n + k] = c * x - s * y;
    m[q * n + k] = s * x + c * y;
    const a = v[k * n + p]!;
    const b = v[k * n + q]!;
    v[k * n + p] = c * a - s * b;
    v[k * n + q] = s * a + c * b;
  }
  m[p * n + q] = 0;
  m[q * n + p] = 0;
  return true;
}
