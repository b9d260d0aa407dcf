export type { ElementName } from './element.ts';
export type { MatrixView, Product } from './matmul.ts';
export { Matmul, roundUp } from './matmul.ts';
export type { Epilogue } from './micro.ts';
export { runShared, sharedBytes } from './shared.ts';
