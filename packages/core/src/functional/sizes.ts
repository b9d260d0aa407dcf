import { fail } from '../errors/index.ts';
import type { Triple } from '../kernel/index.ts';

/** One number for every spatial dimension, or one for each. */
export type SizeLike = number | readonly number[];

const counts = ['zero', 'one', 'two', 'three'];

/** A number for each of `rank` dimensions. @throws `op/argument` as pooling functions do */
export function sizesFor(op: string, name: string, value: SizeLike, rank: number): readonly number[] {
  if (typeof value === 'number') return new Array<number>(rank).fill(value);
  if (value.length === rank) return value;
  if (value.length === 1) return new Array<number>(rank).fill(value[0]!);
  const int = name === 'kernel_size' ? 'a single int' : 'a single int';
  return fail('op/argument', {
    text: `${op}: ${name} must either be ${int}, or a tuple of ${counts[rank]} ints`,
  });
}

/** Spatial sizes as the three that kernels want. */
export function tripleOf(sizes: readonly number[], missing: number): Triple {
  const [a, b, c] = [...new Array<number>(3 - sizes.length).fill(missing), ...sizes];
  return [a!, b!, c!];
}
