import type { DType } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type Expr, nodeName, type Pointwise, pointwise, type Tensor } from '../extend/index.ts';

/** Numbers that come with a call: launch scalars of the kernels, in the order of the expressions' last arguments. */
export type Numbers = readonly number[];

/** What is particular to an elementwise function with a formula for its gradient. */
export interface ActivationRecord {
  /** PyTorch's node class, where it is not the function's name with `Backward0`. */
  readonly node?: string;
  /** The node class of the in-place form, where PyTorch has another one. */
  readonly inPlaceNode?: string;
  readonly check?: (dtype: DType) => void;
  /** Why PyTorch does not differentiate the in-place form with these numbers, if so. */
  readonly inPlaceRefusal?: (numbers: Numbers) => string | undefined;
  readonly forward: (x: Expr, ...numbers: Expr[]) => Expr;
  /** The gradient at `x` for gradient `g` of the result: linear in `g`. */
  readonly backward: (g: Expr, x: Expr, ...numbers: Expr[]) => Expr;
  /** The second derivative at `x`; `'zero'` for functions made of straight lines. */
  readonly second: ((x: Tensor, numbers: Numbers) => Tensor) | 'zero';
}

/** An elementwise function that also comes in place. */
export type Activation = (self: Tensor, numbers: Numbers, inplace?: boolean) => Tensor;

/** The running form of a record. The gradient is one kernel, too, and has a gradient of its own. */
export function activation(name: string, record: ActivationRecord): Activation {
  const { forward, backward, second, check, node = nodeName(name), inPlaceNode = node } = record;
  const slope: Pointwise<Numbers> = pointwise<2, Numbers>(`${name}_backward`, {
    forward: (g, x, ...numbers) => backward(g, x!, ...numbers),
    grads: [
      { in: [1], vjp: (gg, c) => slope.call([gg, c.input(1)], c.attrs, c.attrs) },
      second === 'zero'
        ? { vjp: (gg) => gg.zerosLike() }
        : { in: [0, 1], vjp: (gg, c) => gg.mul(c.input(0)).mul(second(c.input(1), c.attrs)) },
    ],
  });
  const named = (own: string, refusal?: (numbers: Numbers) => string | undefined): Pointwise<Numbers> =>
    pointwise<1, Numbers>(name, {
      node: own,
      forward,
      grads: [
        {
          in: [0],
          vjp: (g, c) => {
            const text = refusal?.(c.attrs);
            if (text !== undefined) fail('op/argument', { text });
            return slope.call([g, c.input(0)], c.attrs, c.attrs);
          },
        },
      ],
      ...(check === undefined ? {} : { check }),
    });
  const plain = named(node);
  const overwriting = inPlaceNode === node ? plain : named(inPlaceNode, record.inPlaceRefusal);
  return (self, numbers, inplace = false) =>
    inplace ? overwriting.callInPlace([self], numbers, numbers) : plain.call([self], numbers, numbers);
}
