import type { DType } from '@taimatsu/core/backend';
import {
  type Expr,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  select,
  v128,
} from '../asm/index.ts';
import { wrap } from './int-ops.ts';

type V = Expr<'v128'>;

const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** Converts one named value between arithmetic dtypes, as core's `castValue` does. */
export function castScalar(f: FunctionBuilder, value: Expr, from: DType, to: DType): Expr {
  if (from === to) return value;
  if (to === 'bool') return toBool(value, from);
  if (isFloat(from)) return fromFloat(f, value, from, to);
  if (from === 'int64') return fromLong(value as Expr<'i64'>, to);
  const small = value as Expr<'i32'>;
  if (to === 'int64') return i64.extend_i32_s(small);
  if (to === 'float64') return f64.convert_i32_s(small);
  return to === 'float32' ? f32.convert_i32_s(small) : wrap(small, to);
}

function toBool(value: Expr, from: DType): Expr<'i32'> {
  if (from === 'int64') return i64.ne(value as Expr<'i64'>, 0n);
  if (from === 'float64') return f64.ne(value as Expr<'f64'>, 0);
  return from === 'float32' ? f32.ne(value as Expr<'f32'>, 0) : i32.ne(value as Expr<'i32'>, 0);
}

function fromLong(value: Expr<'i64'>, to: DType): Expr {
  if (to === 'float64') return f64.convert_i64_s(value);
  // By way of a double, as JavaScript's numbers go.
  if (to === 'float32') return f32.demote_f64(f64.convert_i64_s(value));
  return wrap(i32.wrap_i64(value), to);
}

function fromFloat(f: FunctionBuilder, value: Expr, from: DType, to: DType): Expr {
  if (to === 'float64') return f64.promote_f32(value as Expr<'f32'>);
  if (to === 'float32') return f32.demote_f64(value as Expr<'f64'>);
  const x = from === 'float64' ? (value as Expr<'f64'>) : f.let(f64.promote_f32(value as Expr<'f32'>));
  if (to === 'int64') {
    const inside = i32.and(f64.ge(x, -(2 ** 63)), f64.lt(x, 2 ** 63));
    return select(inside, i64.trunc_sat_f64_s(x), i64.const(-(2n ** 63n)));
  }
  if (to === 'uint8') {
    // Wraps as 64 bits would; what does not fit them has no low bits.
    const inside = f64.lt(f64.abs(x), 2 ** 63);
    return i32.and(select(inside, i32.wrap_i64(i64.trunc_sat_f64_s(x)), i32.const(0)), 255);
  }
  const inside = i32.and(f64.gt(x, -(2 ** 31) - 1), f64.lt(x, 2 ** 31));
  return wrap(select(inside, i32.trunc_sat_f64_s(x), i32.const(-(2 ** 31))), to);
}

const laneCasts: ReadonlySet<string> = new Set([
  'float32 bool',
  'int32 bool',
  'bool float32',
  'bool int32',
  'int32 float32',
  'float32 int32',
  'float64 bool',
  'int64 bool',
  'bool float64',
  'bool int64',
]);

function castQuadOrPair(f: FunctionBuilder, quad: boolean, value: V, from: DType, to: DType): V {
  if (from === to) return value;
  if (to === 'bool') {
    if (isFloat(from)) return (quad ? f32x4 : f64x2).ne(value, v128.zero);
    return v128.not(quad ? i32x4.eq(value, v128.zero) : eqZero64(f, value));
  }
  if (from === 'bool') {
    const one: V = isFloat(to)
      ? quad
        ? f.hoist('one f32', f32x4.splat(1))
        : f.hoist('one f64', f64x2.splat(1))
      : quad
        ? f.hoist('one i32', i32x4.splat(1))
        : f.hoist('one i64', v128.const([1, 0, 0, 0, 0, 0, 0, 0, 1]));
    return v128.and(value, one);
  }
  if (to === 'float32') return f32x4.convert_i32x4_s(value);
  const low = f.hoist('low i32', f32x4.splat(-(2 ** 31)));
  const high = f.hoist('high i32', f32x4.splat(2 ** 31));
  const inside = v128.and(f32x4.ge(value, low), f32x4.lt(value, high));
  return v128.bitselect(i32x4.trunc_sat_f32x4_s(value), i32x4.splat(-(2 ** 31)), inside);
}

function eqZero64(f: FunctionBuilder, value: V): V {
  const halves = f.let(i32x4.eq(value, v128.zero));
  return v128.and(halves, v128.shuffle32(halves, halves, [1, 0, 3, 2]));
}

/** The same for lanes, where `supports` says so. */
export const castLanes: typeof castQuadOrPair & { supports(from: DType, to: DType): boolean } = Object.assign(
  castQuadOrPair,
  { supports: (from: DType, to: DType): boolean => from === to || laneCasts.has(`${from} ${to}`) },
);
