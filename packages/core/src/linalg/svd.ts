import { copyOf, identity, type Matrix, transposed, zeros } from './matrix.ts';
import { formQ, qrInPlace } from './qr.ts';

/** A = U diag(S) Vᵀ with the singular values in descending order. */
export interface Svd {
  readonly u: Matrix;
  readonly s: Float64Array;
  readonly vt: Matrix;
}

const SWEEPS = 60;

/** The singular value decomposition by one-sided Jacobi rotations (Hestenes); `full` completes U and V to square matrices. */
export function svd(a: Matrix, full: boolean): Svd {
  if (a.rows < a.columns) {
    const { u, s, vt } = svd(transposed(a), full);
    return { u: transposed(vt), s, vt: transposed(u) };
  }
  const { rows: m, columns: n } = a;
  const work = copyOf(a);
  const v = identity(n);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) moved = orthogonalise(work, v, p, q) || moved;
    }
    if (!moved) break;
  }
  const norms = Array.from({ length: n }, (_, j) => columnNorm(work, j));
  const order = norms.map((_, j) => j).sort((x, y) => norms[y]! - norms[x]!);
  const s = Float64Array.from(order, (j) => norms[j]!);
  const vt = zeros(n, n);
  const u = zeros(m, n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vt.data[to * n + i] = v.data[i * n + from]!;
    if (norms[from]! === 0) return;
    for (let i = 0; i < m; i++) u.data[i * n + to] = work.data[i * n + from]! / norms[from]!;
  });
  const rank = norms.filter((x) => x > (norms[order[0]!] ?? 0) * 1e-300 && x > 0).length;
  const complete = full || rank < n;
  return { u: complete ? completed(u, rank, full ? m : n) : u, s, vt };
}

function columnNorm({ rows, columns, data }: Matrix, j: number): number {
  let largest = 0;
  for (let i = 0; i < rows; i++) largest = Math.max(largest, Math.abs(data[i * columns + j]!));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += (data[i * columns + j]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** Makes two columns orthogonal; false where they are already. */
function orthogonalise({ rows, columns, data }: Matrix, v: Matrix, p: number, q: number): boolean {
  let alpha = 0;
  let beta = 0;
  let gamma = 0;
  for (let i = 0; i < rows; i++) {
    const x = data[i * columns + p]!;
    const y = data[i * columns + q]!;
    alpha += x * x;
    beta += y * y;
    gamma += x * y;
  }
  if (gamma === 0 || Number.isNaN(gamma) || Math.abs(gamma) <= 1e-16 * Math.sqrt(alpha * beta)) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  turn(data, columns, rows, p, q, c, s);
  turn(v.data, columns, columns, p, q, c, s);
  return true;
}

function turn(
  data: Float64Array,
  columns: number,
  rows: number,
  p: number,
  q: number,
  c: number,
  s: number,
): void {
  for (let i = 0; i < rows; i++) {
    const x = data[i * columns + p]!;
    const y = data[i * columns + q]!;
    data[i * columns + p] = c * x - s * y;
    data[i * columns + q] = s * x + c * y;
  }
}

/** The first `rank` columns of `u`, which are orthonormal, with others put to them until there are `columns`. */
function completed(u: Matrix, rank: number, columns: number): Matrix {
  const { rows } = u;
  const basis = zeros(rows, rank);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rank; j++) basis.data[i * rank + j] = u.data[i * u.columns + j]!;
  }
  const factors = copyOf(basis);
  const q = formQ(factors, qrInPlace(factors), columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rank; j++) q.data[i * columns + j] = basis.data[i * rank + j]!;
  }
  return q;
}
