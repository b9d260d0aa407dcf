/**
 * Tensors and autograd with PyTorch's semantics. A backend decides where they live: see `setDefaultDevice`.
 * @packageDocumentation
 */
import { installMethods } from './ops/methods.ts';

export * as autograd from './api/autograd.ts';
export * as func from './api/func.ts';
export * as utils from './api/utils.ts';
export {
  type BackwardOptions,
  backward,
  type Checkable,
  enableGrad,
  type GradcheckOptions,
  type GradOptions,
  type GraphToDotOptions,
  gradcheck,
  gradgradcheck,
  graphToDot,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  Node,
  type NodeHook,
  type NodePreHook,
  noGrad,
  type Operand,
  setGradEnabled,
  type TensorOrList,
} from './autograd/index.ts';
export * from './backend/registry.ts';
export * from './dtype/index.ts';
export {
  type ErrorCode,
  type ErrorDetail,
  type ErrorType,
  isTensorError,
  setWarningHandler,
  TensorError,
  type WarningHandler,
} from './errors/index.ts';
export * as functional from './functional/index.ts';
export { clone, contiguous, to } from './ops/copy.ts';
export * as fft from './ops/fft.ts';
export * from './ops/index.ts';
export * as linalg from './ops/linalg/index.ts';
export * as masked from './ops/masked.ts';
export * as special from './ops/special/index.ts';
export * from './print/index.ts';
export { defaultGenerator, Generator, manualSeed } from './rng/index.ts';
export { Tensor } from './tensor/index.ts';
export { type BatchedGradOptions, grad } from './transforms/batched-grad.ts';
export { vmap } from './transforms/vmap.ts';

installMethods();
