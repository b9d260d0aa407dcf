import {
  checkInplace,
  connect,
  type GradRecord,
  gradFnOf,
  gradientNode,
  isRecording,
  isTracked,
  metaOf,
  type Operand,
  outputNrOf,
  rebaseHistory,
  replaceTangent,
  tangentOf,
} from '../../autograd/index.ts';
import { checkDestination, copyInto, freshCopy, type Pointwise } from '../../dispatch/index.ts';
import { isFloatingPoint, type Scalar } from '../../dtype/index.ts';
import type { Tensor } from '../../extend/index.ts';
import { likeStrides } from '../../shape/index.ts';
import { countChange } from '../../tensor/index.ts';

/** Overwrites the tensor outside its value's history: every element no longer depends on what was there. */
export function overwrite(
  self: Tensor,
  record: GradRecord<undefined>,
  inputs: readonly (Tensor | Scalar)[],
  write: () => void,
): Tensor {
  const tracked = isTracked(inputs) && isFloatingPoint(self.dtype);
  checkDestination(self, self.dtype, self.shape, tracked);
  const node = tracked ? connect(record, inputs, undefined) : undefined;
  write();
  countChange(self);
  if (node !== undefined) {
    node.describe(0, self);
    rebaseHistory(self, node);
  }
  return self;
}

/**
 * The in-place form of any differentiable function of `self`: computes on a shadow of it, writes the result over it, and
 * gives it the result's history.
 */
export function inPlace(self: Tensor, compute: (shadow: Tensor) => Tensor): Tensor {
  checkInplace(self, isTracked([self]));
  const result = compute(shadowOf(self));
  const node = isRecording() ? gradFnOf(result) : null;
  checkDestination(self, result.dtype, result.shape, node !== null);
  if (node !== null && node.nextNodes[0] !== gradientNode(self)) return self.copy_(result);
  copyInto(self, result);
  countChange(self);
  if (node !== null) rebaseHistory(self, node);
  replaceTangent(self, tangentOf(result));
  return self;
}

/** The same values in other memory with the same place in the graph. */
function shadowOf(self: Tensor): Tensor {
  const shadow = freshCopy(self, self.dtype, likeStrides(self.shape, self.strides));
  const node = gradientNode(self);
  if (node !== null) {
    const meta = metaOf(shadow);
    meta.node = node;
    meta.outputNr = outputNrOf(self);
  }
  replaceTangent(shadow, tangentOf(self));
  return shadow;
}

/** A function of a tensor that also has an in-place form. */
export type WithInPlace<F> = F & { readonly inPlace: F };

/** Gives `fn` an in-place form by {@link inPlace}. */
export function withInPlace<A extends unknown[]>(
  fn: (self: Tensor, ...args: A) => Tensor,
): WithInPlace<(self: Tensor, ...args: A) => Tensor> {
  return Object.assign((self: Tensor, ...args: A) => fn(self, ...args), {
    inPlace: (self: Tensor, ...args: A) => inPlace(self, (shadow) => fn(shadow, ...args)),
  });
}

/** A pointwise operation with everything that it is called with. */
export type PointwiseCall<T> = readonly [
  op: Pointwise<T>,
  operands: readonly [self: Tensor, ...more: Operand[]],
  attrs: T,
  constants?: readonly number[],
];

/** A function of a tensor that is one pointwise operation, chosen by `pick`; its in-place form needs no copy. */
export function pointwiseBy<A extends unknown[], T>(
  pick: (self: Tensor, ...args: A) => PointwiseCall<T>,
): WithInPlace<(self: Tensor, ...args: A) => Tensor> {
  const fresh = (self: Tensor, ...args: A): Tensor => {
    const [op, operands, attrs, constants] = pick(self, ...args);
    return op.call(operands, attrs, constants);
  };
  const inPlace = (self: Tensor, ...args: A): Tensor => {
    const [op, operands, attrs, constants] = pick(self, ...args);
    return op.callInPlace(operands, attrs, constants);
  };
  return Object.assign(fresh, { inPlace });
}
