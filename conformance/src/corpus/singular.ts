import type { Tensor } from '@taimatsu/core';
import { elementsOf } from '../compare/compare.ts';
import { isClose, toleranceOf } from '../compare/tolerance.ts';
import { decodeNumber } from './decode.ts';
import type { TensorRecord } from './format.ts';

/** True for the determinant, whose gradient PyTorch has two answers for where the matrix is singular. */
export function isDeterminant(op: string): boolean {
  return op === 'linalg.det' || op === 'det';
}

/**
 * The recorded gradient, with ours in its place for the matrices where one of them is exactly 0 and the other is the
 * derivative. PyTorch multiplies by the determinant: where its factors happen to end in an exact 0, the gradient is 0, and
 * where they end in 10^-17 it is the derivative, which it also gives with `create_graph`. Which it is depends on the
 * machine. `derivative` is ours with `createGraph`.
 */
export async function orDerivative(
  recorded: TensorRecord,
  ours: Tensor,
  derivative: Tensor,
): Promise<TensorRecord> {
  const size = recorded.shape.slice(-2).reduce((n, side) => n * side, 1);
  if (String(ours.shape) !== String(recorded.shape) || size === 0) return recorded;
  const theirs = recorded.data.map(decodeNumber);
  const got = (await elementsOf(ours)).map(Number);
  const exact = (await elementsOf(derivative)).map(Number);
  const data = [...recorded.data];
  for (let from = 0; from < data.length; from += size) {
    const block = (values: readonly number[]): readonly number[] => values.slice(from, from + size);
    const isZero = (values: readonly number[]): boolean => block(values).every((x) => x === 0);
    if (isZero(theirs) === isZero(got)) continue;
    const other = block(isZero(theirs) ? got : theirs);
    const wanted = block(exact);
    if (!other.every((x, i) => isClose(wanted[i]!, x, toleranceOf(recorded.dtype)))) continue;
    data.splice(from, size, ...block(got));
  }
  return { ...recorded, data };
}
