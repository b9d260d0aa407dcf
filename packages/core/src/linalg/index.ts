/** Decompositions of dense matrices in double precision, by classical algorithms. */
export { choleskyInPlace } from './cholesky.ts';
export { cofactors, cofactorsPullback } from './cofactors.ts';
export { eigh } from './eigh.ts';
export { matrixExp } from './exp.ts';
export { ldlInPlace, ldlSolve } from './ldl.ts';
export { luInPlace, solveFactored, solveTriangular } from './lu.ts';
export { identity, type Matrix, zeros } from './matrix.ts';
export { formQ, qrInPlace } from './qr.ts';
export { svd } from './svd.ts';
