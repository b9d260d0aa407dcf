export {
  type AxisPlan,
  type IndexPlan,
  planAlongAxis,
  planIndexed,
  type RefuseIndex,
  type ScanCombine,
  type ScatterMode,
} from './along-axis.ts';
export type { ConvMode, ConvPlan, Triple } from './conv.ts';
export { collapse, type Loops } from './loops.ts';
export { flatMapPlan, type MapPlan, planMap } from './map.ts';
export type { Epilogue, MatmulPlan } from './matmul.ts';
export {
  type Combine,
  planReduce,
  type ReduceKernel,
  type ReducePlan,
  reduceKernel,
  wholeReducePlan,
} from './reduce.ts';
export { type KeptStage, planRow, type RowKernel, type RowPlan, type RowStage, rowKernel } from './row.ts';
export type { Declined, KernelKind, Kernels, KernelTable } from './table.ts';
export type { BackendBuffer, View } from './view.ts';
