import { type DType, type Expr, iinfo, load, s } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { literalText, valueType } from './types.ts';
import { WordNames } from './words.ts';

/** How elements are put together by reductions, scans and scatters. */
export type Join = 'sum' | 'prod' | 'max' | 'min';

const expressions: Readonly<Record<Join, (a: Expr, b: Expr) => Expr>> = {
  sum: (a, b) => s.add(a, b),
  prod: (a, b) => s.mul(a, b),
  max: (a, b) => s.max(a, b),
  min: (a, b) => s.min(a, b),
};

const word = (dtype: DType): 'f32' | 'i32' => (valueType(dtype) === 'f32' ? 'f32' : 'i32');

/**
 * `fn join(a, b)` on words of `dtype`; truth values are 0 and 1. Narrow integers are left as wide as they get: who
 * stores them wraps them.
 */
export function joinText(join: Join, dtype: DType): string {
  const wide: DType = word(dtype) === 'f32' ? 'float32' : 'int32';
  const { text } = expressionFunction(expressions[join](load(0, wide), load(1, wide)), {
    name: 'join_values',
    names: new WordNames(),
    params: [],
  });
  return `${text}
fn join(a: ${word(dtype)}, b: ${word(dtype)}) -> ${word(dtype)} { return join_values(0, a, b); }`;
}

/** What joins with anything to give that thing. */
export function identityText(join: Join, dtype: DType): string {
  if (dtype === 'bool') return join === 'min' || join === 'prod' ? '1i' : '0i';
  const isFloat = word(dtype) === 'f32';
  switch (join) {
    case 'sum':
      return isFloat ? '0f' : '0i';
    case 'prod':
      return isFloat ? '1f' : '1i';
    case 'max':
    case 'min': {
      if (isFloat) return literalText(join === 'max' ? -Infinity : Infinity, 'float32');
      const { min, max } = iinfo(dtype === 'int64' ? 'int32' : dtype);
      return literalText(Number(join === 'max' ? min : max), 'int32');
    }
  }
}

/** `fn better(a, i, b, j)`: true when `b` at `j` takes the place of `a` at `i` as the extreme; NaN beats all. */
export function betterText(join: 'max' | 'min', dtype: DType, ofEquals: 'first' | 'last'): string {
  const sign = join === 'max' ? '>' : '<';
  const later = ofEquals === 'last' ? 'j > i' : 'j < i';
  const type = word(dtype);
  const compare = `if (a == b) { return ${later}; }\n  return b ${sign} a;`;
  const nan =
    type === 'f32' ? `if (is_nan(a) || is_nan(b)) { return is_nan(b) && (!is_nan(a) || ${later}); }\n  ` : '';
  return `fn better(a: ${type}, i: i32, b: ${type}, j: i32) -> bool {
  ${nan}${compare}
}`;
}
