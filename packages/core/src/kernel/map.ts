import type { Shape, Strides } from '../shape/index.ts';
import { collapse, type Loops } from './loops.ts';

/** The loops of a map: operand 0 is the output, the inputs follow. */
export interface MapPlan extends Loops {
  /** True when every operand is one contiguous stretch of `size` elements. */
  readonly flat: boolean;
}

const unit: Strides = [1];
const units: readonly (readonly Strides[])[] = Array.from({ length: 33 }, (_, n) => new Array(n).fill(unit));

/** The plan for `operands` operands that all walk memory one by one. */
export function flatMapPlan(size: number, operands: number): MapPlan {
  return { flat: true, size, shape: [size], strides: units[operands] ?? new Array(operands).fill(unit) };
}

/**
 * The plan of a map over `shape`; `operands` are the output's strides, then the inputs', all broadcast to `shape`.
 * `ordered` keeps row-major order, which expressions that ask for the position need.
 */
export function planMap(shape: Shape, operands: readonly Strides[], ordered = false): MapPlan {
  const loops = collapse(shape, operands, ordered);
  const flat = loops.shape.length === 1 && loops.strides.every((own) => own[0] === 1);
  return { flat, ...loops };
}
