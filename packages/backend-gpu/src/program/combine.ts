import { type DType, type Expr, load, s } from '@taimatsu/core/backend';
import { type Dialect, float, type NativeFunction, native } from '../dialect/dialect.ts';
import { scalarFunction } from '../dialect/scalar.ts';
import { isNarrow } from '../integers.ts';

/** How two elements become one. */
export type Combination = 'sum' | 'prod' | 'max' | 'min' | 'logaddexp';

const a = load(0, 'float32');
const b = load(1, 'float32');

const expressions: Readonly<Record<Combination, Expr>> = {
  sum: s.add(a, b),
  prod: s.mul(a, b),
  max: s.max(a, b),
  min: s.min(a, b),
  logaddexp: logAddExp(),
};

/** log(eᵃ + eᵇ) without overflow; equal infinities give themselves. */
function logAddExp(): Expr {
  const far = s.neg(s.abs(s.sub(a, b)));
  return s.where(s.and(s.eq(a, b), s.isinf(a)), a, s.add(s.max(a, b), s.log1p(s.exp(far))));
}

/** `combine(a, b)` of elements of `dtype`: narrow integers wrap around, and truths stay truths. */
export function combineFunction(
  dialect: Dialect,
  combination: Combination,
  dtype: DType,
  name = 'combine',
): NativeFunction {
  if (isNarrow(dtype) && (combination === 'sum' || combination === 'prod')) {
    return scalarFunction(dialect, name, narrowExpr(combination, dtype), 2, []);
  }
  const wide = combination === 'max' || combination === 'min' ? undefined : dialect.wide?.[combination];
  if (wide !== undefined)
    return native(dialect, name, 'float32', [float('a'), float('b')], [`return ${wide};`]);
  return scalarFunction(dialect, name, expressions[combination], 2, []);
}

function narrowExpr(combination: 'sum' | 'prod', dtype: DType): Expr {
  const [x, y] = [load(0, dtype), load(1, dtype)];
  if (dtype === 'bool') return combination === 'sum' ? s.or(x, y) : s.and(x, y);
  return combination === 'sum' ? s.add(x, y) : s.mul(x, y);
}

const none: Readonly<Record<Combination, number>> = {
  sum: 0,
  prod: 1,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  logaddexp: Number.NEGATIVE_INFINITY,
};

/** `none()`: what leaves the other operand as it is; of bools, `max` is any and `min` is all. */
export function noneFunction(dialect: Dialect, combination: Combination, ofBools: boolean): NativeFunction {
  const value = none[combination];
  return scalarFunction(dialect, 'none', s.literal(ofBools ? Number(value > 0) : value, 'float32'), 0, []);
}

/** `move(best, value, at, k)`: where the extreme is after `value` at `k`; of equals the first, or the last if `late`. */
export function moveFunction(dialect: Dialect, extreme: 'max' | 'min', late: boolean): NativeFunction {
  const beats = late
    ? extreme === 'max'
      ? s.le(a, b)
      : s.le(b, a)
    : extreme === 'max'
      ? s.lt(a, b)
      : s.lt(b, a);
  const number = late ? s.isnan(b) : s.and(s.isnan(b), s.not(s.isnan(a)));
  const body = s.where(s.or(beats, number), load(3, 'float32'), load(2, 'float32'));
  return scalarFunction(dialect, 'move', body, 4, []);
}
