/**
 * PyTorch's `torch.linalg`. Decompositions are computed on the host.
 * @packageDocumentation
 */
export { matmul } from '../matmul.ts';
export { det, slogdet } from './determinant.ts';
export {
  type CholeskyOptions,
  cholesky,
  choleskyEx,
  ldlFactor,
  ldlFactorEx,
  ldlSolve,
  lu,
  luFactor,
  luFactorEx,
  luSolve,
} from './factor.ts';
export * from './lstsq.ts';
export * from './norms.ts';
export { householderProduct, type QrMode, qr } from './orthogonal.ts';
export * from './products.ts';
export {
  inv,
  invEx,
  type SolveOptions,
  type SolveTriangularOptions,
  solve,
  solveEx,
  solveTriangular,
} from './solve.ts';
export {
  eigh,
  eigvalsh,
  matrixRank,
  pinv,
  type RankOptions,
  type SvdOptions,
  svd,
  svdvals,
} from './spectral.ts';
