export type { ElementName } from './element.ts';
export type { MatrixView } from './matmul.ts';
export { Matmul } from './matmul.ts';
export type { Epilogue } from './micro.ts';
