import { fail } from '../errors/index.ts';
import type { Shape, Strides } from '../shape/index.ts';
import { collapse, type Loops } from './loops.ts';

/** The loops of what works along one axis: an outer nest, and the axis walked by every operand. */
export interface AxisPlan {
  /** Over everything but the axis. */
  readonly outer: Loops;
  /** Elements along the axis. */
  readonly length: number;
  /** Each operand's stride along the axis. */
  readonly strides: readonly number[];
}

/** The plan along `axis` of `shape` for operands that all have that shape. */
export function planAlongAxis(shape: Shape, axis: number, operands: readonly Strides[]): AxisPlan {
  const without = (values: readonly number[]): number[] => values.filter((_, d) => d !== axis);
  return {
    outer: collapse(without(shape), operands.map(without)),
    length: shape.length === 0 ? 1 : shape[axis]!,
    strides: operands.map((own) => (shape.length === 0 ? 1 : own[axis]!)),
  };
}

/** How `scan` goes on from one element to the next; `argmax`/`argmin` give where the running extreme is (the last of equals). */
export type ScanCombine = 'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin' | 'logaddexp';

/** The loops of gather and scatter. Operands: output, index, source. */
export interface IndexPlan {
  /** Over the index's shape. The operand that is addressed through the index has stride 0 on the axis. */
  readonly loops: Loops;
  /** Size of the addressed dimension: indices are checked against it. */
  readonly axisSize: number;
  /** The addressed operand's stride along that dimension. */
  readonly axisStride: number;
  /** True when negative indices count from the end; otherwise they are out of range. */
  readonly wrap: boolean;
  /** Throws what an index out of range is to the caller: for backends that find one only after the launch. */
  readonly refuse: RefuseIndex;
}

/** Throws the error for an index that is out of range of an axis of `size`. */
export type RefuseIndex = (index: number, size: number) => never;

const refuseAny: RefuseIndex = (index, size) => fail('index/index-select-range', { index, size });

/** How `scatter` treats what is already there. `set` keeps the last writer in row-major order. */
export type ScatterMode = 'set' | 'add' | 'mul' | 'max' | 'min';

/**
 * The plan of a gather (`addressed` 2: the source) or a scatter (`addressed` 0: the output) over the index's shape.
 * All strides are over that shape; the addressed operand's on `axis` becomes `axisStride`.
 */
export function planIndexed(
  shape: Shape,
  axis: number,
  operands: readonly [Strides, Strides, Strides],
  addressed: 0 | 2,
  axisSize: number,
  wrap: boolean,
  refuse: RefuseIndex = refuseAny,
): IndexPlan {
  const axisStride = operands[addressed][axis] ?? 1;
  const strides = operands.map((own, i) => (i === addressed ? own.map((v, d) => (d === axis ? 0 : v)) : own));
  return { loops: collapse(shape, strides, addressed === 0), axisSize, axisStride, wrap, refuse };
}
