export type { ElementName } from './element.ts';
export type { MatrixView, Product, RowRange } from './matmul.ts';
export { blocking, Matmul } from './matmul.ts';
export type { Epilogue, EpilogueSite } from './micro.ts';
