import { isFloatingPoint } from '../dtype/index.ts';
import {
  binaryOfTensors,
  type Expr,
  type InputGrad,
  s,
  type Tensor,
  type TensorBinaryOp,
} from '../extend/index.ts';

/** Elementwise larger of two; NaN wins. A tie sends half of the gradient to each. */
export const maximum: TensorBinaryOp = binaryOfTensors('maximum', {
  forward: (a, b) => s.max(a, b),
  grads: extremeGrads(
    (self, other) => self.ge(other),
    (self, other) => self.gt(other),
  ),
});

/** Elementwise smaller of two; NaN wins. A tie sends half of the gradient to each. */
export const minimum: TensorBinaryOp = binaryOfTensors('minimum', {
  forward: (a, b) => s.min(a, b),
  grads: extremeGrads(
    (self, other) => self.le(other),
    (self, other) => self.lt(other),
  ),
});

type Comparison = (self: Tensor, other: Tensor) => Tensor;

function extremeGrads(atLeast: Comparison, beyond: Comparison): readonly InputGrad[] {
  const side = (mine: 0 | 1): InputGrad => ({
    in: [0, 1],
    vjp: (g, c) => {
      const self = c.input(mine);
      const other = c.input(1 - mine);
      return g
        .maskedFill(atLeast(other, self), 0)
        .add(g.div(2).maskedFill(self.ne(other), 0))
        .maskedFill(beyond(other, self), 0);
    },
  });
  return [side(0), side(1)];
}

/** Elementwise larger of two, ignoring NaN where the other is a number. A tie sends the gradient to the first. */
export const fmax: TensorBinaryOp = binaryOfTensors('fmax', {
  forward: (a, b) => ignoringNaN(a, b, s.max(a, b)),
  grads: [
    { in: [0, 1], vjp: (g, c) => g.maskedFill(takesFirst(c.input(0), c.input(1), 'ge').logicalNot(), 0) },
    { in: [0, 1], vjp: (g, c) => g.maskedFill(takesFirst(c.input(0), c.input(1), 'ge'), 0) },
  ],
});

/** Elementwise smaller of two, ignoring NaN where the other is a number. A tie sends the gradient to the first. */
export const fmin: TensorBinaryOp = binaryOfTensors('fmin', {
  forward: (a, b) => ignoringNaN(a, b, s.min(a, b)),
  grads: [
    { in: [0, 1], vjp: (g, c) => g.maskedFill(takesFirst(c.input(0), c.input(1), 'le').logicalNot(), 0) },
    { in: [0, 1], vjp: (g, c) => g.maskedFill(takesFirst(c.input(0), c.input(1), 'le'), 0) },
  ],
});

function ignoringNaN(a: Expr, b: Expr, extreme: Expr): Expr {
  if (!isFloatingPoint(a.dtype)) return extreme;
  return s.where(s.isnan(a), b, s.where(s.isnan(b), a, extreme));
}

function takesFirst(a: Tensor, b: Tensor, compare: 'ge' | 'le'): Tensor {
  return a[compare](b).logicalOr(b.isnan());
}
