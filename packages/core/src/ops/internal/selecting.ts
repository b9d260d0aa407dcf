import { type GradRecord, noGrad, type Tensor, trackAll } from '../../extend/index.ts';
import type { Shape } from '../../shape/index.ts';

/** Values and where they came from. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

export interface SelectingAttrs {
  readonly shape: Shape;
  readonly axis: number;
  readonly keepdim: boolean;
}

/** Picks along `axis` what `index` (with the axis as size 1) says, as a recorded operation with both results. */
export function pickAlong(
  record: GradRecord<SelectingAttrs>,
  self: Tensor,
  axis: number,
  index: Tensor,
  keepdim: boolean,
): ValuesAndIndices {
  const picked = noGrad(() => (self.ndim === 0 ? self.clone() : self.detach().gather(axis, index)));
  const values = keepdim || self.ndim === 0 ? picked : picked.squeeze(axis).detach();
  const indices = keepdim || self.ndim === 0 ? index : index.squeeze(axis).detach();
  const [v, i] = trackAll(record, [values, indices] as const, [self], { shape: self.shape, axis, keepdim });
  return { values: v, indices: i };
}
