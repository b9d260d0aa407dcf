export { castKernel, contiguousCopy, copyInto, freshCopy } from './copy.ts';
export { checkDestination, overlapsPartially } from './inplace.ts';
export { kernelOf, launchMap, launchReduce, viewAt } from './launch.ts';
export { Pointwise, type PointwiseSpec, type Promotion, scalarFor } from './pointwise.ts';
