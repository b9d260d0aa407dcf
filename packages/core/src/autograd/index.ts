export { type BackwardOptions, backward, type GradOptions, grad, type TensorOrList } from './backward.ts';
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
export {
  enableGrad,
  isGradEnabled,
  noGrad,
  setGradEnabled,
} from './modes.ts';
export {
  addHook,
  installFactories,
  Node,
  type NodeHook,
  type NodePreHook,
} from './node.ts';
export { storagesIn } from './reachable.ts';
export type { GradRecord, InputGrad, Operand, VjpContext } from './record.ts';
export { attach, connect, isTracked, track, trackAll } from './track.ts';
export {
  checkInplace,
  detachInPlace,
  markView,
  rebaseHistory,
} from './views.ts';
