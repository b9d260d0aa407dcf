export { isAccumulator } from './accumulate.ts';
export {
  type AnomalyOptions,
  detectAnomaly,
  enterAnomalyMode,
  isAnomalyCheckNaNEnabled,
  isAnomalyEnabled,
  setDetectAnomaly,
} from './anomaly.ts';
export { type BackwardOptions, backward, type GradOptions, grad, type TensorOrList } from './backward.ts';
export type { FunctionContext, FunctionContextBase } from './custom-context.ts';
export { CustomFunction, type FunctionClass, type SetupFunctionClass } from './custom-function.ts';
export { keepsHistory } from './dual-level.ts';
export { isFullBackward } from './engine.ts';
export * as forwardAd from './forward-ad.ts';
export { type Checkable, type GradcheckOptions, gradcheck, gradgradcheck } from './gradcheck.ts';
export {
  type Geometry,
  geometryOf,
  gradFnOf,
  gradientNode,
  installViewFormulas,
  metaOf,
  outputNrOf,
  requiresGradOf,
} from './gradient-edge.ts';
export { type GraphToDotOptions, graphToDot } from './graph-to-dot.ts';
export { hideDim, repeatExamples, showDim } from './hidden.ts';
export {
  enableGrad,
  enterInferenceMode,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  isRecording,
  noGrad,
  setGradEnabled,
  withGradMode,
} from './modes.ts';
export {
  addHook,
  installFactories,
  Node,
  type NodeHook,
  type NodePreHook,
} from './node.ts';
export { onceDifferentiable } from './once-differentiable.ts';
export { storagesIn } from './reachable.ts';
export type { GradRecord, InputGrad, Operand, VjpContext } from './record.ts';
export {
  disableSavedTensorsHooks,
  enterSavedTensorsHooks,
  refuseSavedTensorsHooks,
  type SavedTensorHooks,
  savedTensorsHooks,
} from './saved-tensor-hooks.ts';
export { replaceTangent, settle, tangentOf } from './tangents.ts';
export { attach, connect, isTracked, track, trackAll } from './track.ts';
export {
  checkInplace,
  detachInPlace,
  markView,
  rebaseHistory,
} from './views.ts';
