/**
 * `torch.autograd`: derivatives, custom functions, and what looks into a backward run.
 * @see https://pytorch.org/docs/stable/autograd.html
 */
export {
  type AnomalyOptions,
  backward,
  CustomFunction as Function,
  detectAnomaly,
  enterAnomalyMode,
  enterInferenceMode,
  type FunctionClass,
  type FunctionContext,
  type FunctionContextBase,
  forwardAd,
  gradcheck,
  gradgradcheck,
  inferenceMode,
  isAnomalyCheckNaNEnabled,
  isAnomalyEnabled,
  onceDifferentiable,
  type SetupFunctionClass,
  setDetectAnomaly,
} from '../autograd/index.ts';
export { type BatchedGradOptions, grad } from '../transforms/batched-grad.ts';
export * as functional from './functional.ts';
export * as graph from './graph.ts';
