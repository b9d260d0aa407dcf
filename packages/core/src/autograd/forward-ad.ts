import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { enterDualLevel, exitDualLevel, followedLevel, withoutTangents } from './dual-level.ts';
import { giveTangent, tangentOf } from './tangents.ts';

/**
 * Forward-mode differentiation: tangents travel with values.
 *
 * ```ts
 * forwardAd.dualLevel(() => {
 *   const y = forwardAd.makeDual(x, v).sin();
 *   return forwardAd.unpackDual(y).tangent;   // cos(x) · v
 * });
 * ```
 *
 * Everything that can be differentiated backward can be differentiated forward; an operation's rule is the transpose of
 * its gradient formula. Tangents and gradients mix: a tangent can be differentiated backward, and the tangent of a
 * gradient is a product with the Hessian.
 * @see https://pytorch.org/docs/stable/autograd.html#forward-mode-automatic-differentiation
 */
export function dualLevel<R>(fn: () => R): R {
  enterDualLevel();
  try {
    return fn();
  } finally {
    exitDualLevel();
  }
}

/**
 * The tensor with `tangent`, of the same shape, as a view of it.
 * @throws `autograd/dual-no-level`, `autograd/dual-dtype`, `autograd/dual-again`, `autograd/dual-size`
 */
export function makeDual(primal: Tensor, tangent: Tensor): Tensor {
  if (followedLevel() === null) fail('autograd/dual-no-level', {});
  for (const [what, { dtype }] of [['primal', primal] as const, ['tangent', tangent] as const]) {
    if (!isFloatingPoint(dtype)) fail('autograd/dual-dtype', { what, dtype });
  }
  if (tangentOf(primal) !== null) fail('autograd/dual-again', {});
  const dual = primal.view(primal.shape);
  giveTangent(dual, tangent);
  return dual;
}

/** A tensor's value and its tangent: null where it has none, as outside of a level. */
export interface UnpackedDual {
  readonly primal: Tensor;
  readonly tangent: Tensor | null;
}

/** Takes a tensor and its tangent apart. */
export function unpackDual(tensor: Tensor): UnpackedDual {
  const tangent = tangentOf(tensor);
  if (tangent === null) return { primal: tensor, tangent };
  const primal = withoutTangents(() => tensor.alias());
  giveTangent(primal, null);
  return { primal, tangent };
}

export { enterDualLevel, exitDualLevel };
