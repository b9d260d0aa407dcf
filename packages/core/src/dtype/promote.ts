import { getDefaultDtype } from './default-dtype.ts';
import { type Category, type DType, dtypeInfo, dtypes } from './dtype.ts';

function promotePair(a: DType, b: DType): DType {
  if (a === b) return a;
  const x = dtypeInfo[a];
  const y = dtypeInfo[b];
  if (x.category !== y.category) return rank(x.category) > rank(y.category) ? a : b;
  if (x.category === 'float') {
    const halves = x.itemsize === 2 && y.itemsize === 2;
    return halves ? 'float32' : x.itemsize > y.itemsize ? a : b;
  }
  // uint8 with int8 needs int16; with wider signed types, the wider one.
  if (x.itemsize === 1 && y.itemsize === 1) return 'int16';
  return x.itemsize > y.itemsize ? a : b;
}

const ranks = { bool: 0, int: 1, float: 2 } as const;

function rank(category: Category): number {
  return ranks[category];
}

const table: readonly DType[] = dtypes.flatMap((a) => dtypes.map((b) => promotePair(a, b)));

/** The smallest dtype that holds both, by PyTorch's table: `int64` with `float16` is `float16`. */
export function promoteTypes(a: DType, b: DType): DType {
  return table[dtypeInfo[a].id * dtypes.length + dtypeInfo[b].id] as DType;
}

/** A number that is not a tensor: it takes part in promotion with its category alone. */
export type Scalar = number | bigint | boolean;

/** True for what may stand where a number is expected. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** What promotion needs to know of a tensor. */
export interface Typed {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/**
 * PyTorch's category of a scalar: a boolean is bool, a bigint int, and a number is float, except that an integral
 * number does not turn an integer tensor into a floating one (`int64 + 2` stays int64, `int64 + 2.5` is float32).
 */
export function scalarCategory(value: Scalar): Category {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int' : 'float';
}

/** The dtype a scalar has on its own: bool, int64, or the default dtype. */
export function scalarDtype(value: Scalar): DType {
  return defaultOf(scalarCategory(value));
}

function defaultOf(category: Category): DType {
  return category === 'bool' ? 'bool' : category === 'int' ? 'int64' : getDefaultDtype();
}

/**
 * The dtype of a result of tensors and scalars together.
 *
 * Tensors with dimensions decide first, then 0-d tensors, then scalars; a later class changes the result only when
 * its category (bool < int < float) is higher than what the earlier ones gave.
 */
export function resultType(...operands: readonly (Typed | Scalar)[]): DType {
  let dim: DType | undefined;
  let zero: DType | undefined;
  let scalar: Category | undefined;
  for (const x of operands) {
    if (typeof x !== 'object') {
      const category = scalarCategory(x);
      if (scalar === undefined || rank(category) > rank(scalar)) scalar = category;
    } else if (x.shape.length > 0) dim = dim === undefined ? x.dtype : promoteTypes(dim, x.dtype);
    else zero = zero === undefined ? x.dtype : promoteTypes(zero, x.dtype);
  }
  let result = zero;
  if (scalar !== undefined && (result === undefined || rank(scalar) > rank(dtypeInfo[result].category))) {
    result = result === undefined ? defaultOf(scalar) : promoteTypes(result, defaultOf(scalar));
  }
  if (dim === undefined) return result ?? getDefaultDtype();
  if (result === undefined || rank(dtypeInfo[result].category) <= rank(dtypeInfo[dim].category)) return dim;
  // A scalar alone decides by category, so float16 tensors stay float16 and integers take the default dtype.
  return promoteTypes(dim, result);
}

/** True where PyTorch lets a result of dtype `from` be written in place into `to`: the category may not fall. */
export function canCast(from: DType, to: DType): boolean {
  return rank(dtypeInfo[from].category) <= rank(dtypeInfo[to].category);
}
