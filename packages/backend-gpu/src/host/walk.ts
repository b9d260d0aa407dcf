import type { Loops } from '@taimatsu/core/backend';

/** Visits every iteration of a nest in order, with the operands' indices moved along. */
export function walk(loops: Pick<Loops, 'shape' | 'strides'>, at: number[], visit: () => void, d = 0): void {
  const { shape, strides } = loops;
  if (d === shape.length) {
    visit();
    return;
  }
  const n = shape[d]!;
  for (let i = 0; i < n; i++) {
    walk(loops, at, visit, d + 1);
    for (let k = 0; k < at.length; k++) at[k] = at[k]! + strides[k]![d]!;
  }
  for (let k = 0; k < at.length; k++) at[k] = at[k]! - n * strides[k]![d]!;
}
