import { type GradRecord, markView } from '../../autograd/index.ts';
import { type Tensor, track } from '../../extend/index.ts';
import type { Shape, Strides } from '../../shape/index.ts';
import { aliasTensor } from '../../tensor/index.ts';

/** Sizes given one by one or as one list. */
export type Sizes = number[] | [readonly number[]];

/** Sizes as a list, however they were given. */
export function sizesOf(sizes: Sizes): readonly number[] {
  const [first] = sizes;
  return (Array.isArray(first) ? first : sizes) as readonly number[];
}

/** A recorded view of `self`'s memory. */
export function makeView<A>(
  record: GradRecord<A>,
  self: Tensor,
  shape: Shape,
  strides: Strides,
  offset: number,
  attrs: A,
): Tensor {
  const out = aliasTensor(self, shape, strides, offset);
  track(record, out, [self], attrs);
  markView(out, self);
  return out;
}

export interface ShapeAttrs {
  readonly shape: Shape;
}

/** A tensor that was filled through views, as if it had been computed in one step. */
export function unlinked(out: Tensor): Tensor {
  return aliasTensor(out);
}
