import type { Scalar } from '../dtype/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** An argument of a differentiable operation: scalars take part in formulas but get no gradient. */
export type Operand = Tensor | Scalar;

/** What a formula may ask about the forward call it differentiates. */
export interface VjpContext<A = unknown> {
  /** What the operation's record keeps besides tensors: axes, shapes, flags. */
  readonly attrs: A;
  /** Saved input number `index`; a scalar comes as a 0-d tensor. @throws `autograd/second-backward`, `autograd/version` */
  input(index: number): Tensor;
  /** Saved input number `index`, a tensor or a scalar. */
  operand(index: number): Operand;
  /** Saved output number `index`. */
  output(index?: number): Tensor;
  /** Whether input number `index` wants a gradient. */
  needs(index: number): boolean;
  /** The gradient that arrived for output number `index`, or zeros if none did. */
  grad(index: number): Tensor;
}

/**
 * The gradient with respect to one input: vector-Jacobian product written in differentiable tensor operations, so that
 * it can itself be differentiated. The engine sums a gradient that is larger than its input by broadcasting, and
 * converts its dtype, so formulas need not.
 */
export interface InputGrad<A = unknown> {
  /** Inputs whose values the formula reads. They are kept until backward has run. */
  readonly in?: readonly number[];
  /** Outputs whose values the formula reads. */
  readonly out?: readonly number[];
  readonly vjp: (grad: Tensor, context: VjpContext<A>) => Tensor | null;
}

/** How an operation is differentiated: its PyTorch node name and one formula per input, or all of them at once. */
export type GradRecord<A = unknown> = {
  /** The node's class in PyTorch, as printed in `grad_fn=<…>`. */
  readonly name: string;
  /** True for steps that run a user's code: it may keep what it is given, and is called even when no gradient arrived. */
  readonly custom?: true;
} & (
  | { readonly grads: readonly (InputGrad<A> | null)[] }
  | {
      /** Which inputs and outputs `backward` reads; `'all'` keeps every tensor input. */
      readonly saves?: { readonly in?: readonly number[] | 'all'; readonly out?: readonly number[] };
      /** All gradients at once, null where there is none. `grads[k]` is undefined where none arrived. */
      readonly backward: (
        grads: readonly (Tensor | undefined)[],
        context: VjpContext<A>,
      ) => readonly (Tensor | null | undefined)[];
    }
);
