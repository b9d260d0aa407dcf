import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { broadcastShapes, normalizeAxis } from '../shape/index.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';
import { where } from './where.ts';

/** The p-norm of the difference. */
export function dist(self: Tensor, other: Tensor, p = 2): Tensor {
  return self.sub(other).norm(p);
}

function renormFn(self: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  if (p <= 0) fail('op/argument', { text: 'renorm: non-positive-norm not supported' });
  if (maxnorm < 0) {
    fail('op/argument', { text: `renorm: expected maxnorm to be >= 0 but got ${maxnorm}` });
  }
  if (self.ndim < 2) {
    fail('op/argument', { text: `renorm: input needs at least 2 dimensions, got ${self.ndim} dimensions` });
  }
  const axis = normalizeAxis(dim, self.ndim);
  const others = self.shape.map((_, d) => d).filter((d) => d !== axis);
  const norms = self.norm(p, others, { keepdim: true });
  return self.mul(where(norms.gt(maxnorm), norms.add(1e-7).reciprocal().mul(maxnorm), 1).to(self.dtype));
}

/** Slices along `dim` whose p-norm is above `maxnorm` scaled down to it. */
export const renorm: WithInPlace<typeof renormFn> = withInPlace(renormFn);

/** The vector product along `dim`; without it, along the first dimension of size 3. */
export function cross(self: Tensor, other: Tensor, dim?: number | null): Tensor {
  if (dim != null) return crossAlong(self, other, dim);
  const shape = broadcastShapes(self.shape, other.shape);
  const axis = shape.indexOf(3);
  if (axis < 0) fail('op/argument', { text: 'no dimension of size 3 in input' });
  return crossAlong(self, other, axis);
}

/** The vector product along `dim`. */
export function crossAlong(self: Tensor, other: Tensor, dim: number): Tensor {
  if (self.ndim !== other.ndim) {
    fail('op/argument', { text: 'linalg.cross: inputs must have the same number of dimensions.' });
  }
  const axis = normalizeAxis(dim, self.ndim);
  const [a, b] = [self.shape[axis]!, other.shape[axis]!];
  if (a !== 3 || b !== 3) {
    fail('op/argument', {
      text: `linalg.cross: inputs dimension ${dim} must have length 3. Got ${a} and ${b}`,
    });
  }
  const next = (x: Tensor): Tensor => x.roll(-1, axis);
  const last = (x: Tensor): Tensor => x.roll(-2, axis);
  return next(self)
    .mul(last(other))
    .sub(last(self).mul(next(other)));
}
