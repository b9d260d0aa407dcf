import {
  addHook,
  type BackwardOptions,
  detachInPlace,
  gradFnOf,
  isInferenceModeEnabled,
  metaOf,
  requiresGradOf,
  backward as runBackward,
} from '../autograd/index.ts';
import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import type { TensorHook } from '../tensor/index.ts';

/**
 * Gradients of this tensor with respect to the leaves it depends on, added to their `.grad`. `gradient` weights the
 * elements; a tensor with one element needs none.
 * @throws `autograd/no-graph`, `autograd/not-scalar`, `autograd/grad-shape`, `autograd/second-backward`
 */
export function backward(self: Tensor, gradient?: Tensor | null, options: BackwardOptions = {}): void {
  runBackward(self, gradient ?? null, options);
}

/**
 * Starts or stops gathering gradients for a leaf; returns the tensor.
 * @throws `autograd/leaf-flag`, `autograd/inference-flag`, `dtype/requires-grad`
 */
export function requiresGrad_(self: Tensor, requires = true): Tensor {
  setRequiresGrad(self, requires, 'method');
  return self;
}

export function setRequiresGrad(self: Tensor, requires: boolean, through: 'method' | 'property'): void {
  if (gradFnOf(self) !== null) {
    if (requires && through === 'method') return;
    fail('autograd/leaf-flag', { value: requires });
  }
  if (requires && self.isInference() && !isInferenceModeEnabled()) fail('autograd/inference-flag', {});
  if (requires && !isFloatingPoint(self.dtype)) fail('dtype/requires-grad', { dtype: self.dtype, through });
  if (requires || self.autograd !== undefined) metaOf(self).requiresGrad = requires;
}

/** Forgets the history in place; the tensor becomes a leaf. @throws `autograd/detach-view` */
export function detach_(self: Tensor): Tensor {
  detachInPlace(self);
  return self;
}

/** Keeps the gradient of a tensor that is not a leaf in its `.grad`. @throws `autograd/retain` */
export function retainGrad(self: Tensor): void {
  if (!requiresGradOf(self)) fail('autograd/retain', {});
  const node = gradFnOf(self);
  if (node === null) return;
  const meta = metaOf(self);
  if (meta.retainsGrad) return;
  meta.retainsGrad = true;
  node.retained ??= [];
  node.retained.push({ outputNr: meta.outputNr, tensor: self });
}

/**
 * Calls `hook` with the gradient of this tensor when it is known; what it returns takes the gradient's place. Hooks run in
 * the order they were registered. @throws `autograd/hook`
 */
export function registerHook(self: Tensor, hook: TensorHook): { remove(): void } {
  if (!requiresGradOf(self)) fail('autograd/hook', {});
  const meta = metaOf(self);
  const node = gradFnOf(self);
  if (node === null) {
    meta.hooks ??= [];
    return addHook(meta.hooks, hook);
  }
  node.tensorHooks ??= [];
  return addHook(node.tensorHooks, { outputNr: meta.outputNr, hook });
}

/** Calls `hook` with a leaf after its `.grad` was updated. */
export function registerPostAccumulateGradHook(
  self: Tensor,
  hook: (leaf: Tensor) => void,
): { remove(): void } {
  if (!requiresGradOf(self)) fail('autograd/hook', {});
  if (gradFnOf(self) !== null) {
    fail('op/argument', { text: 'post accumulate grad hooks cannot be registered on non-leaf tensors' });
  }
  const meta = metaOf(self);
  meta.postAccumulateHooks ??= [];
  return addHook(meta.postAccumulateHooks, hook);
}

/** The last two dimensions exchanged; PyTorch lets 0-d tensors through. */
export function transposed(self: Tensor, property: 'mT' | 'mH'): Tensor {
  if (self.ndim === 1) {
    fail('op/argument', {
      text: `tensor.${property} is only supported on matrices or batches of matrices. Got ${self.ndim}-D tensor.`,
    });
  }
  return self.transpose(self.ndim === 0 ? -1 : -2, -1);
}
