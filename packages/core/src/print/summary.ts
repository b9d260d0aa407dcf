import { getPrintOptions, type PrintOptions } from './options.ts';

/** The part of a dimension that is printed: all of it, or `head` items, an ellipsis and `tail` items. */
export interface Extent {
  readonly size: number;
  readonly head: number;
  readonly tail: number;
  readonly elided: boolean;
}

/** Decides what is printed of each dimension of a tensor. */
export function summarize(shape: readonly number[], options: PrintOptions): readonly Extent[] {
  const summarized = numel(shape) > options.threshold;
  return shape.map((size) => extentOf(size, shape.length, summarized, options.edgeitems));
}

function extentOf(size: number, rank: number, summarized: boolean, edge: number): Extent {
  if (!summarized || size <= 2 * edge) return { size, head: size, tail: 0, elided: false };
  // Python's x[-0:] is all of x, so that PyTorch prints a vector in full, after the ellipsis.
  return { size, head: edge, tail: edge === 0 && rank === 1 ? size : edge, elided: true };
}

/**
 * The logical (row-major) flat indices of the elements that a print touches, ascending: all of them, or only
 * the edges of a tensor that is summarised.
 *
 * @param options those in force unless given
 */
export function printedIndices(
  shape: readonly number[],
  options: PrintOptions = getPrintOptions(),
): number[] {
  let indices = [0];
  for (const { size, head, tail } of summarize(shape, options)) {
    const next: number[] = [];
    for (const index of indices) {
      const start = index * size;
      for (let i = 0; i < head; i++) next.push(start + i);
      for (let i = size - tail; i < size; i++) next.push(start + i);
    }
    indices = next;
  }
  return indices;
}

/** The number of elements of a shape. */
export function numel(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}
