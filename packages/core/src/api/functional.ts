/**
 * `torch.autograd.functional`: derivatives of functions rather than of tensors.
 * @see https://pytorch.org/docs/stable/autograd.html#functional-higher-level-api
 */
export { hessian, jacobian } from '../transforms/jacobian.ts';
export { hvp, jvp, vhp, vjp } from '../transforms/products.ts';
export type { TransformOptions } from '../transforms/strict.ts';
export type { Arguments, FunctionOf, InPlaceOf } from '../transforms/tensors.ts';
