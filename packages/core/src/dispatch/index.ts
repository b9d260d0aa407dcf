export { rules as batchingRules } from './batching.ts';
export { contiguousCopy, copyInto, freshCopy } from './copy.ts';
export { checkDestination, checkPartialOverlap, overlapsPartially } from './inplace.ts';
export { installBatching, kernelOf, launchMap, launchReduce } from './launch.ts';
export { checkOperands, type Takes } from './operands.ts';
export { Pointwise, type PointwiseSpec, type Promotion, scalarFor } from './pointwise.ts';
export { launchRow, type RowResults } from './row.ts';
export { currentLevel, openLevel } from './vmap-level.ts';
