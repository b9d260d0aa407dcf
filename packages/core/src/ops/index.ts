export { awaitReads } from './await-reads.ts';
export { broadcastShapes } from './broadcast-shapes.ts';
export { cartesianProd, trilIndices, triuIndices, vander } from './combine.ts';
export {
  arange,
  asTensor,
  empty,
  emptyStrided,
  eye,
  full,
  linspace,
  logspace,
  ones,
  type SizeArgs,
  type TensorOptions,
  tensor,
  zeros,
} from './creation.ts';
export { cdist } from './distance.ts';
export { einsum } from './einsum.ts';
export * from './functions.ts';
export { type Index, SliceIndex, sliceIndex } from './internal/advanced.ts';
export type { NestedData } from './internal/nested-data.ts';
export type { Dims, KeepdimOr, ReduceOptions } from './internal/reduction.ts';
export type { ValuesAndIndices } from './internal/selecting.ts';
export * from './join.ts';
export { keep, tidy } from './lifetime.ts';
export { pcaLowrank, svdLowrank } from './linalg/lowrank.ts';
export { multiDot as chainMatmul } from './linalg/products.ts';
export { bernoulli, multinomial, poisson, randintLike, randLike, randnLike } from './random.ts';
export * from './random-tensors.ts';
export { segmentReduce } from './scatter-reduce.ts';
export { bucketize, isin, searchsorted } from './search.ts';
export { polygamma } from './special/gamma.ts';
export * from './where.ts';
