export * from './autograd/index.ts';
export * from './backend/registry.ts';
export * from './dtype/index.ts';
export * from './errors/index.ts';
export { Tensor } from './tensor/index.ts';
