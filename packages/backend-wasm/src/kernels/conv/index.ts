export type { ConvCall, ImageView } from './conv.ts';
export { Conv } from './conv.ts';
export type { ConvGeometry, Triple } from './geometry.ts';
export { outputSize } from './geometry.ts';
