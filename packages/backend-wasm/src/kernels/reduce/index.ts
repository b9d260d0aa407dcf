export { defineColumns } from './columns.ts';
export { rowReducer } from './row.ts';
export { defineRows } from './rows.ts';
export type { Combine, ReduceElement, ReduceSpec } from './spec.ts';
export { reducer } from './spec.ts';
export { BLOCK, inBlocks, inStages } from './stages.ts';
export { Windows } from './windows.ts';
