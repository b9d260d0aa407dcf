/** Operations that are methods only: one line for each family. */
export * from './copy.ts';
export * from './further-methods.ts';
export * from './graph.ts';
export * from './indexing.ts';
export * from './inplace-views.ts';
export { dispose } from './lifetime.ts';
export * from './random.ts';
export * from './read.ts';
export { resize_, resizeAs_ } from './real.ts';
export * from './text.ts';
