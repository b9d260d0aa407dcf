import type { Loops, View } from '@taimatsu/core/backend';
import { startOf } from '../memory.ts';

/** Where each view's first element is. */
export function startsOf(views: readonly View[]): number[] {
  return views.map(startOf);
}

/**
 * Visits each row of the nest's last dimension, with `at` holding where each operand's row begins; `visit` leaves
 * `at` as it found it.
 */
export function walkRows(loops: Loops, at: number[], visit: (count: number) => void): void {
  const { shape, strides, size } = loops;
  if (size === 0) return;
  const last = shape.length - 1;
  const count = shape[last]!;
  const index = new Array<number>(last).fill(0);
  for (let left = size / count; left > 0; left--) {
    visit(count);
    for (let d = last - 1; d >= 0; d--) {
      index[d]!++;
      const wraps = index[d] === shape[d];
      if (wraps) index[d] = 0;
      for (let i = 0; i < at.length; i++) at[i]! += strides[i]![d]! * (wraps ? 1 - shape[d]! : 1);
      if (!wraps) break;
    }
  }
}

/** Visits each iteration of the nest, with `at` holding where each operand's element is. */
export function walk(loops: Loops, at: number[], visit: () => void): void {
  const last = loops.shape.length - 1;
  walkRows(loops, at, (count) => {
    for (let k = 0; k < count; k++) {
      visit();
      for (let i = 0; i < at.length; i++) at[i]! += loops.strides[i]![last]!;
    }
    for (let i = 0; i < at.length; i++) at[i]! -= loops.strides[i]![last]! * count;
  });
}
