import { type Combine, type DType, iinfo, type Literal } from '@taimatsu/core/backend';

/** What combines with anything to give that thing: the result over no elements. */
export function identityOf(combine: Exclude<Combine, 'argmax' | 'argmin'>, dtype: DType): Literal {
  if (dtype === 'bool') return combine === 'min' || combine === 'prod';
  const float = dtype === 'float32' || dtype === 'float64';
  if (combine === 'sum') return 0n;
  if (combine === 'prod') return 1n;
  const greatest = combine === 'min';
  if (float) return greatest ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return greatest ? iinfo(dtype).max : iinfo(dtype).min;
}
