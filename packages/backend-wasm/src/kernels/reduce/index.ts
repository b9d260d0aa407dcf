export { defineColumns } from './columns.ts';
export { layerNorm, layerNormGradient } from './layer-norm.ts';
export type { RowProgram } from './program.ts';
export { defineRowProgram } from './program.ts';
export { defineRows } from './rows.ts';
export { logSoftmax, logSoftmaxGradient, softmax, softmaxGradient } from './softmax.ts';
export type { Combine, ReduceElement, ReduceSpec } from './spec.ts';
