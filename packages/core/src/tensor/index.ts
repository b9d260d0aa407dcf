export { AutogradMeta, type TensorHook, ViewMeta, type ViewOrigin } from './autograd-meta.ts';
export { nextStorageSerial, Storage, type VersionCounter } from './storage.ts';
export { aliasTensor, emptyTensor, Tensor } from './tensor.ts';
export { outsideScopes, runInScope, swapScope } from './tidy.ts';
