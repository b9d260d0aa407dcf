/** Sizes of a tensor's dimensions, outermost first; empty for a 0-d tensor. */
export type Shape = readonly number[];

/** Distance, in elements, between neighbours along each dimension. */
export type Strides = readonly number[];

/** The number of elements: 1 for a 0-d shape. */
export function numelOf(shape: Shape): number {
  let n = 1;
  for (let d = 0; d < shape.length; d++) n *= shape[d]!;
  return n;
}

/** Row-major strides; a dimension of size 0 counts as 1, as in PyTorch. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= Math.max(shape[d]!, 1);
  }
  return strides;
}

/** True when walking the elements in row-major order walks memory one by one. */
export function isContiguous(shape: Shape, strides: Strides): boolean {
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d]!;
    if (size === 0) return true;
    if (size === 1) continue;
    if (strides[d] !== step) return numelOf(shape) === 0;
    step *= size;
  }
  return true;
}

/** True for equal sizes in the same order. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}

/** Dimensions from largest to smallest stride; equal strides keep their order. */
export function dimsByStride(shape: Shape, strides: Strides): number[] {
  const dims = shape.map((_, d) => d);
  return dims.sort((p, q) => strides[q]! - strides[p]! || p - q);
}

/** Elements of storage from the first to the last one that the view can touch; 0 for an empty view. */
export function spanOf(shape: Shape, strides: Strides): number {
  let last = 0;
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 0) return 0;
    last += (shape[d]! - 1) * strides[d]!;
  }
  return last + 1;
}
