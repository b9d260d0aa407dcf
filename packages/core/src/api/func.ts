/**
 * \`torch.func\`: functions of functions. Derivatives of functions rather than of tensors, and functions of one example on many.
 * @see https://pytorch.org/docs/stable/func.html
 */
export {
  type ArgNums,
  type GradTransformOptions,
  grad,
  gradAndValue,
  type Pullback,
  vjp,
} from '../transforms/differentiate.ts';
export { jvp } from '../transforms/forward.ts';
export { hessian, type JacobianOptions, jacfwd, jacrev } from '../transforms/func-jacobian.ts';
export { type Dims, type VmapOptions, vmap } from '../transforms/vmap.ts';
