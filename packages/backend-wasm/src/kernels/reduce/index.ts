export { defineColumns } from './columns.ts';
export { defineRows } from './rows.ts';
export type { Combine, ReduceElement, ReduceSpec } from './spec.ts';
