/** Operations that are both functions, `exp(x)`, and methods, `x.exp()`: one line for each family. */
export * from './arithmetic.ts';
export * from './binary.ts';
export * from './blend.ts';
export * from './calculus.ts';
export * from './clamp.ts';
export { combinations } from './combine.ts';
export * from './covariance.ts';
export * from './dims.ts';
export * from './extrema.ts';
export * from './gather.ts';
export * from './histogram.ts';
export * from './index-ops.ts';
export * from './index-put.ts';
export * from './like.ts';
export * from './linalg-functions.ts';
export * from './logic.ts';
export * from './mask.ts';
export * from './matmul.ts';
export * from './maximum.ts';
export * from './power.ts';
export * from './put.ts';
export * from './quantile.ts';
export {
  angle,
  conj,
  conjPhysical,
  floatPower,
  frexp,
  isreal,
  real,
  resolveConj,
  resolveNeg,
  trueDivide,
} from './real.ts';
export * from './rearrange.ts';
export * from './reduce.ts';
export * from './scan.ts';
export * from './scatter.ts';
export { indexReduce, scatterReduce } from './scatter-reduce.ts';
export { argwhere, argwhereAsync } from './search.ts';
export * from './slices.ts';
export * from './softmax.ts';
export * from './sort.ts';
export { i0 } from './special/bessel.ts';
export { igamma, igammac, mvlgamma } from './special/gamma.ts';
export * from './split.ts';
export * from './statistics.ts';
export * from './stft.ts';
export * from './strided.ts';
export * from './unary.ts';
export * from './unique.ts';
export { cross, dist, renorm } from './vectors.ts';
export * from './view-scatter.ts';
export * from './views.ts';
