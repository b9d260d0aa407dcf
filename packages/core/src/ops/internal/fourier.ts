import { getDefaultDtype, isFloatingPoint } from '../../dtype/index.ts';
import { fail } from '../../errors/index.ts';
import type { Tensor } from '../../extend/index.ts';
import { fromNumbers } from '../host.ts';
import { cat } from '../join.ts';

// Discrete Fourier transforms without complex numbers: real and imaginary parts are two tensors, and a transform is a
// product with a matrix of cosines and one of sines. That is n² work where a fast transform has n log n, and on every
// backend, differentiable, one matmul.

/** Complex numbers as two tensors; no `im` stands for zeros. */
export interface Pair {
  readonly re: Tensor;
  readonly im: Tensor | undefined;
}

/** What sums are divided by: `backward` the inverse transform by n, `forward` the other, `ortho` both by √n. */
export type FftNorm = 'forward' | 'backward' | 'ortho';

/** The factor of a transform over `n` elements in all. @throws `op/argument` */
export function scaleOf(norm: FftNorm, inverse: boolean, n: number): number {
  if (norm === 'ortho') return 1 / Math.sqrt(n);
  if (norm !== 'backward' && norm !== 'forward') {
    fail('op/argument', { text: `Invalid normalization mode: "${String(norm)}"` });
  }
  return (norm === 'backward') === inverse ? 1 / n : 1;
}

/** The tensor in the dtype that it is transformed in. @throws `op/argument` */
export function promoted(self: Tensor): Tensor {
  if (self.dtype === 'float16') fail('op/argument', { text: 'Unsupported dtype Half' });
  if (self.dtype === 'bfloat16') fail('op/argument', { text: 'Unsupported dtype BFloat16' });
  return isFloatingPoint(self.dtype) ? self : self.to(getDefaultDtype());
}

/** Cut, or filled up with zeros, to `n` along an axis. */
export function resized(x: Tensor, axis: number, n: number): Tensor {
  const size = x.shape[axis]!;
  if (size >= n) return x.narrow(axis, 0, n);
  const rest = x.shape.map((own, d) => (d === axis ? n - size : own));
  return cat([x, x.newZeros(rest)], axis);
}

/** A matrix of f(2π j k / n) times weight(j). */
function waves(
  like: Tensor,
  rows: number,
  columns: number,
  n: number,
  f: (angle: number) => number,
  weight: (j: number) => number = () => 1,
): Tensor {
  const table = Float64Array.from({ length: n }, (_, i) => f((2 * Math.PI * i) / n));
  const values = new Float64Array(rows * columns);
  for (let j = 0; j < rows; j++) {
    for (let k = 0; k < columns; k++) values[j * columns + k] = weight(j) * table[(j * k) % n]!;
  }
  return fromNumbers(like, like.dtype, [rows, columns], values);
}

/** In double precision, where there is one: sums of n terms that mostly cancel lose more than a fast transform does. */
export function widened(x: Tensor): Tensor {
  return x.backend.manifest.dtypes.float64.kind === 'native' ? x.to('float64') : x;
}

function along(x: Tensor, axis: number, matrix: Tensor): Tensor {
  return x.movedim(axis, -1).matmul(matrix).movedim(-1, axis);
}

/** Σ over the axis of x e^(∓2πi jk/n), minus unless `inverse`, for the first `columns` of n frequencies k. */
export function transform({ re, im }: Pair, axis: number, inverse: boolean, columns?: number): Pair {
  const n = re.shape[axis]!;
  const cos = waves(re, n, columns ?? n, n, Math.cos);
  const sin = waves(re, n, columns ?? n, n, Math.sin);
  const sign = inverse ? 1 : -1;
  if (im === undefined) return { re: along(re, axis, cos), im: along(re, axis, sin).mul(sign) };
  return {
    re: along(re, axis, cos).sub(along(im, axis, sin).mul(sign)),
    im: along(re, axis, sin)
      .mul(sign)
      .add(along(im, axis, cos)),
  };
}

/** The transform of `n` elements of which the first half is given and the rest is its mirror image: real numbers. */
export function toReal({ re, im }: Pair, axis: number, n: number, inverse: boolean): Tensor {
  const half = Math.floor(n / 2) + 1;
  const weight = (j: number): number => (j === 0 || 2 * j === n ? 1 : 2);
  const real = along(resized(re, axis, half), axis, waves(re, half, n, n, Math.cos, weight));
  if (im === undefined) return real;
  const sines = along(resized(im, axis, half), axis, waves(re, half, n, n, Math.sin, weight));
  return inverse ? real.sub(sines) : real.add(sines);
}
