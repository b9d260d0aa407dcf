import type { ReducePlan } from '@taimatsu/core/backend';

const FEWEST_COLUMNS = 4;
/** Sums of integers by columns are exact up to here. */
const MOST_ROWS = 2 ** 20;

/** True when neighbouring results read neighbouring elements, so that whole rows are best combined at once. */
export function walksColumns({ outer, inner }: ReducePlan): boolean {
  const columns = outer.shape[outer.shape.length - 1]!;
  if (columns < FEWEST_COLUMNS || inner.size < 2 || inner.size > MOST_ROWS) return false;
  const across = outer.strides[1]!.at(-1)!;
  const along = inner.strides[0]!.at(-1)!;
  return across !== 0 && Math.abs(across) < Math.abs(along);
}
