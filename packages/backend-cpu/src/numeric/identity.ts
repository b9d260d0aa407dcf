import { type Combine, type DType, iinfo, type Literal } from '@taimatsu/core/backend';

/** What combines with anything to give that thing: the result over no elements. */
export function identityOf(combine: Exclude<Combine, 'argmax' | 'argmin'>, dtype: DType): Literal {
  if (dtype === 'bool') return combine === 'min' || combine === 'prod';
  const float = dtype === 'float32' || dtype === 'float64';
  const exact = (value: bigint): Literal => (dtype === 'int64' ? value : Number(value));
  switch (combine) {
    case 'sum':
      return exact(0n);
    case 'prod':
      return exact(1n);
    case 'max':
      return float ? Number.NEGATIVE_INFINITY : exact(iinfo(dtype).min);
    case 'min':
      return float ? Number.POSITIVE_INFINITY : exact(iinfo(dtype).max);
  }
}
