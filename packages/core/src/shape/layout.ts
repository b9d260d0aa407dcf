import { contiguousStrides, dimsByStride, isContiguous, type Shape, type Strides } from './shape.ts';

/** True when the elements fill one stretch of memory without gap or overlap, in whatever order of dimensions. */
export function isDense(shape: Shape, strides: Strides): boolean {
  if (isContiguous(shape, strides)) return true;
  let step = 1;
  const dims = dimsByStride(shape, strides);
  for (let i = dims.length - 1; i >= 0; i--) {
    const size = shape[dims[i]!]!;
    if (size === 1) continue;
    if (size === 0) return true;
    if (strides[dims[i]!] !== step) return false;
    step *= size;
  }
  return true;
}

/** True when two positions of the view are certainly the same memory: a stretched dimension. */
export function overlapsItself(shape: Shape, strides: Strides): boolean {
  let overlaps = false;
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 0) return false;
    overlaps ||= shape[d]! > 1 && strides[d] === 0;
  }
  return overlaps;
}

/** Strides of a fresh tensor like this one (`preserve_format`): dense ones are kept, others become row-major. */
export function likeStrides(shape: Shape, strides: Strides): Strides {
  if (isContiguous(shape, strides)) return contiguousStrides(shape);
  if (isDense(shape, strides)) return strides;
  if (overlapsItself(shape, strides)) return contiguousStrides(shape);
  return stridesInOrder(shape, dimsByStride(shape, strides));
}

/** Dense strides in which `order` lists the dimensions from outermost to innermost. */
export function stridesInOrder(shape: Shape, order: readonly number[]): number[] {
  const out = new Array<number>(shape.length);
  let step = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    out[order[i]!] = step;
    step *= Math.max(shape[order[i]!]!, 1);
  }
  return out;
}

/**
 * The strides of an elementwise result: the order of dimensions follows the operands' memory, the first operand
 * that has an opinion deciding, as PyTorch's TensorIterator does. `operands` are strides broadcast to `shape`.
 */
export function elementwiseStrides(shape: Shape, operands: readonly Strides[]): readonly number[] {
  if (allDescend(shape, operands)) return contiguousStrides(shape);
  const order = shape.map((_, d) => shape.length - 1 - d);
  for (let i = 1; i < order.length; i++) {
    let at = i;
    for (let j = i - 1; j >= 0; j--) {
      const verdict = compareDims(shape, operands, order[j]!, order[at]!);
      if (verdict > 0) {
        const dim = order[j]!;
        order[j] = order[at]!;
        order[at] = dim;
        at = j;
      } else if (verdict < 0) break;
    }
  }
  return stridesInOrder(shape, order.reverse());
}

/** True when no operand has an inner dimension with a larger stride than an outer one: the order stays row-major. */
function allDescend(shape: Shape, operands: readonly Strides[]): boolean {
  for (const strides of operands) {
    let outer = Number.POSITIVE_INFINITY;
    let outerSize = 0;
    for (let d = 0; d < shape.length; d++) {
      const stride = strides[d]!;
      if (stride === 0 || shape[d] === 1) continue;
      // Of equal strides the larger dimension goes outside.
      if (stride > outer || (stride === outer && shape[d]! > outerSize)) return false;
      outer = stride;
      outerSize = shape[d]!;
    }
  }
  return true;
}

/** Positive when `p` (now further inside) should lie outside `q`, negative when the order is right, 0 undecided. */
function compareDims(shape: Shape, operands: readonly Strides[], p: number, q: number): number {
  for (const strides of operands) {
    const a = strides[p]!;
    const b = strides[q]!;
    if (a === 0 || b === 0) continue;
    if (a !== b) return a - b;
    if (shape[p]! > shape[q]!) return 1;
  }
  return 0;
}
