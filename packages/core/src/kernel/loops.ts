import { numelOf, type Shape, type Strides } from '../shape/index.ts';

/**
 * A loop nest over several operands at once, outermost dimension first, as short as the layouts allow.
 * `strides[i]` are those of operand `i`; a stride of 0 repeats an element.
 */
export interface Loops {
  /** Total number of iterations: the product of `shape`. */
  readonly size: number;
  readonly shape: Shape;
  readonly strides: readonly Strides[];
}

/**
 * The shortest nest that visits `shape` for all operands: dimensions of size 1 are dropped, dimensions are ordered
 * by the first operand's memory unless `ordered` asks to keep row-major order, and neighbours that every operand
 * walks as one are merged. The result has at least one dimension.
 */
export function collapse(shape: Shape, operands: readonly Strides[], ordered = false): Loops {
  const dims: number[] = [];
  for (let d = 0; d < shape.length; d++) if (shape[d] !== 1) dims.push(d);
  if (!ordered && !followsMemory(dims, operands)) sortByMemory(dims, operands);
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  for (const d of dims) {
    const last = sizes.length - 1;
    if (last >= 0 && joins(operands, strides, last, d, shape[d]!)) {
      sizes[last] = sizes[last]! * shape[d]!;
      for (let i = 0; i < operands.length; i++) strides[i]![last] = operands[i]![d]!;
    } else {
      sizes.push(shape[d]!);
      for (let i = 0; i < operands.length; i++) strides[i]!.push(operands[i]![d]!);
    }
  }
  if (sizes.length === 0) {
    sizes.push(1);
    for (const own of strides) own.push(1);
  }
  return { size: numelOf(sizes), shape: sizes, strides };
}

/** True when stepping out of dimension `d` (size `size`) equals one step of the nest's dimension `last`. */
function joins(
  operands: readonly Strides[],
  strides: readonly Strides[],
  last: number,
  d: number,
  size: number,
): boolean {
  for (let i = 0; i < operands.length; i++) {
    if (strides[i]![last] !== operands[i]![d]! * size) return false;
  }
  return true;
}

/** True when the dimensions are in the order of memory already, which is the usual case. */
function followsMemory(dims: readonly number[], operands: readonly Strides[]): boolean {
  for (let i = 1; i < dims.length; i++) {
    for (const strides of operands) {
      const difference = strides[dims[i]!]! - strides[dims[i - 1]!]!;
      if (difference > 0) return false;
      if (difference < 0) break;
    }
  }
  return true;
}

function sortByMemory(dims: number[], operands: readonly Strides[]): void {
  dims.sort((p, q) => {
    for (const strides of operands) {
      const difference = strides[q]! - strides[p]!;
      if (difference !== 0) return difference;
    }
    return p - q;
  });
}
