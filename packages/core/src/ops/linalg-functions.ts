// Functions of matrices that PyTorch has at its top level and as methods.
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
export { det, inv as inverse, logdet, slogdet } from './linalg/solve.ts';
