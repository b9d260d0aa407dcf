export { AutogradMeta, type DualMeta, type TensorHook, ViewMeta, type ViewOrigin } from './autograd-meta.ts';
export type { BatchLevel, Hidden } from './batch.ts';
export {
  canRead,
  countChange,
  drawReplayed,
  isReplaying,
  noteChange,
  readReplayed,
  replayed,
} from './replay.ts';
export {
  type FormerMemory,
  lendStorage,
  nextStorageSerial,
  Storage,
  setInferenceStorage,
} from './storage.ts';
export { aliasTensor, emptyTensor, Tensor } from './tensor.ts';
export { runInScope, swapScope } from './tidy.ts';
