// Functions of matrices that PyTorch has at its top level and as methods.
export { det, logdet, slogdet } from './linalg/determinant.ts';
export { luUnpack } from './linalg/factor.ts';
export {
  cholesky,
  choleskyInverse,
  choleskySolve,
  lu,
  luSolve,
  pinverse,
  qr,
  svd,
  symeig,
  triangularSolve,
} from './linalg/legacy.ts';
export { geqrf, householderProduct as orgqr, ormqr } from './linalg/orthogonal.ts';
export { matrixExp, matrixPower } from './linalg/products.ts';
export { inv as inverse } from './linalg/solve.ts';
