/**
 * What op authors need, the built-in operations included: scalar expressions, records, tracking and launching.
 * @packageDocumentation
 */
export {
  attach,
  type BackwardOptions,
  connect,
  type GradRecord,
  type InputGrad,
  isTracked,
  metaOf,
  noGrad,
  type Operand,
  rebaseHistory,
  track,
  trackAll,
  type VjpContext,
} from '../autograd/index.ts';
export {
  checkDestination,
  checkOperands,
  contiguousCopy,
  copyInto,
  freshCopy,
  launchMap,
  launchReduce,
  Pointwise,
  type PointwiseSpec,
  type Promotion,
  type Takes,
} from '../dispatch/index.ts';
export { type Expr, s } from '../scalar/index.ts';
export { canRead, emptyTensor, Tensor } from '../tensor/index.ts';
export { compute } from './compute.ts';
export {
  type BinaryOp,
  binary,
  binaryOfTensors,
  byOther,
  type PointwiseRecord,
  pointwise,
  type TensorBinaryOp,
  type UnaryOp,
  unary,
} from './define.ts';
export { nodeName } from './names.ts';
