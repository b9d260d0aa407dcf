export { type Axis, normalizeAxes, normalizeAxis, reducedShape } from './axis.ts';
export {
  broadcastAxes,
  broadcastShapes,
  broadcastStrides,
  expandShape,
  isBroadcastable,
} from './broadcast.ts';
export { elementwiseStrides, isDense, likeStrides, overlapsItself } from './layout.ts';
export { inferShape, viewStrides } from './reshape.ts';
export {
  contiguousStrides,
  dimsByStride,
  isContiguous,
  numelOf,
  type Shape,
  type Strides,
  sameShape,
  spanOf,
} from './shape.ts';
export { normalizeSlice } from './slice.ts';
