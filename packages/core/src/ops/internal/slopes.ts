import { type Pointwise, pointwise } from '../../extend/index.ts';
import { type Expr, s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/** A gradient in one kernel: from the gradient `g` that arrives at the result `y` of a function of one tensor. */
export interface Slope {
  /** PyTorch's name for it. */
  readonly name: string;
  /** Linear in `g`. */
  readonly forward: (g: Expr, y: Expr) => Expr;
  /** What it owes `y`, for the gradient `gg` of its result. */
  readonly second: (gg: Tensor, g: Tensor, y: Tensor) => Tensor;
}

/** The running form of a slope. */
export function slope({ name, forward, second }: Slope): (g: Tensor, y: Tensor) => Tensor {
  const op: Pointwise = pointwise<2>(name, {
    forward: (g, y) => forward(g, y!),
    grads: [
      { in: [1], vjp: (gg, c) => op.call2(gg, c.input(1), undefined) },
      { in: [0, 1], vjp: (gg, c) => second(gg, c.input(0), c.input(1)) },
    ],
  });
  return (g, y) => op.call2(g, y, undefined);
}

/** Of max(x, 0): nothing where the result is 0. */
export const reluSlope: (g: Tensor, y: Tensor) => Tensor = slope({
  name: 'threshold_backward',
  forward: (g, y) => s.where(s.le(y, 0), s.literal(0, g.dtype), g),
  second: (gg) => gg.zerosLike(),
});

/** Of tanh: g · (1 - y²). */
export const tanhSlope: (g: Tensor, y: Tensor) => Tensor = slope({
  name: 'tanh_backward',
  forward: (g, y) => s.mul(g, s.sub(1, s.mul(y, y))),
  second: (gg, g, y) => gg.mul(g).mul(y).mul(-2),
});

/** Of the sigmoid: g · (1 - y) · y. */
export const sigmoidSlope: (g: Tensor, y: Tensor) => Tensor = slope({
  name: 'sigmoid_backward',
  forward: (g, y) => s.mul(s.mul(g, s.sub(1, y)), y),
  second: (gg, g, y) => gg.mul(g).mul(y.mul(-2).add(1)),
});
