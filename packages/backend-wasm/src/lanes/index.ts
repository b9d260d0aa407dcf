export { f32Lanes, f64Lanes } from './scalar.ts';
export type { FloatLanes, LaneTypes } from './types.ts';
export { f32x4Lanes, f64x2Lanes } from './vector.ts';
