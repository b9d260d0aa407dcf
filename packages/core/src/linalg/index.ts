/** Decompositions of dense matrices in double precision, by classical algorithms. */
export { choleskyInPlace } from './cholesky.ts';
export { type Eigen, eigh } from './eigh.ts';
export { matrixExp } from './exp.ts';
export { ldlInPlace, ldlSolve } from './ldl.ts';
export { luInPlace, solveFactored, solveTriangular } from './lu.ts';
export { copyOf, identity, type Matrix, product, transposed, zeros } from './matrix.ts';
export { formQ, qrInPlace } from './qr.ts';
export { type Svd, svd } from './svd.ts';
