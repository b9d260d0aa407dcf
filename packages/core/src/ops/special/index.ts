/**
 * PyTorch's `torch.special`.
 * @packageDocumentation
 */
export { xlogy } from '../binary.ts';
export { logit, round } from '../blend.ts';
export { logsumexp } from '../reduce.ts';
export { logSoftmax, softmax } from '../softmax.ts';
export {
  digamma,
  digamma as psi,
  erf,
  erfc,
  erfinv,
  exp2,
  expm1,
  lgamma as gammaln,
  log1p,
  sigmoid as expit,
  sinc,
} from '../unary.ts';
export * from './bessel.ts';
export * from './gamma.ts';
export * from './normal.ts';
export * from './polynomials.ts';
