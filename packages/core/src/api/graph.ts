/** `torch.autograd.graph`: what happens to the tensors that are kept for backward. */
export {
  disableSavedTensorsHooks,
  enterSavedTensorsHooks,
  Node,
  refuseSavedTensorsHooks,
  type SavedTensorHooks,
  savedTensorsHooks,
} from '../autograd/index.ts';
