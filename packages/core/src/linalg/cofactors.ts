import { luInPlace } from './lu.ts';
import { copyOf, type Matrix, product, transposed, zeros } from './matrix.ts';
import { svd } from './svd.ts';

// det(U diag(σ) Vᵀ + E) = det(U Vᵀ) det(diag(σ) + Uᵀ E V), and the determinant near a diagonal matrix is known in closed
// form without a division: that holds for matrices of any rank.

/** The signed minors, which are the derivative of the determinant: also of a singular matrix. */
export function cofactors(a: Matrix): Matrix {
  const { u, s, vt } = svd(a, true);
  const middle = zeros(a.rows, a.rows);
  s.forEach((_, i) => {
    middle.data[i * a.rows + i] = productWithout(s, i);
  });
  return scaled(product(product(u, middle), vt), orientation(u) * orientation(vt));
}

/** The derivative of Σ cotangent · {@link cofactors}. */
export function cofactorsPullback(a: Matrix, cotangent: Matrix): Matrix {
  const n = a.rows;
  const { u, s, vt } = svd(a, true);
  const h = product(product(transposed(u), cotangent), transposed(vt)).data;
  const middle = zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const p = productWithout(s, i, j);
      middle.data[i * n + j] = -p * h[j * n + i]!;
      middle.data[j * n + j]! += p * h[i * n + i]!;
    }
  }
  return scaled(product(product(u, middle), vt), orientation(u) * orientation(vt));
}

function productWithout(values: Float64Array, ...left: readonly number[]): number {
  return values.reduce((product, value, i) => (left.includes(i) ? product : product * value), 1);
}

/** The determinant of an orthogonal matrix: 1 or -1. */
function orientation(q: Matrix): number {
  const lu = copyOf(q);
  const { pivots } = luInPlace(lu, true);
  let sign = 1;
  pivots.forEach((row, k) => {
    if (row !== k) sign = -sign;
    if (lu.data[k * q.columns + k]! < 0) sign = -sign;
  });
  return sign;
}

function scaled(a: Matrix, factor: number): Matrix {
  return { ...a, data: a.data.map((x) => x * factor) };
}
