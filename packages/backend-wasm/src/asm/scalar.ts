import type { Binary, Expr, Load, Store, Unary } from './expr.ts';
import { binary, literal, load, misc, store, unary } from './expr.ts';

interface Common<T extends 'i32' | 'i64' | 'f32' | 'f64'> {
  readonly load: Load<T>;
  readonly store: Store<T>;
  readonly add: Binary<T>;
  readonly sub: Binary<T>;
  readonly mul: Binary<T>;
  readonly eq: Binary<T, 'i32'>;
  readonly ne: Binary<T, 'i32'>;
}

export interface IntOps<T extends 'i32' | 'i64'> extends Common<T> {
  const(value: number | bigint): Expr<T>;
  readonly load8_s: Load<T>;
  readonly load8_u: Load<T>;
  readonly load16_s: Load<T>;
  readonly load16_u: Load<T>;
  readonly store8: Store<T>;
  readonly store16: Store<T>;
  readonly eqz: Unary<T, 'i32'>;
  readonly lt_s: Binary<T, 'i32'>;
  readonly lt_u: Binary<T, 'i32'>;
  readonly gt_s: Binary<T, 'i32'>;
  readonly gt_u: Binary<T, 'i32'>;
  readonly le_s: Binary<T, 'i32'>;
  readonly le_u: Binary<T, 'i32'>;
  readonly ge_s: Binary<T, 'i32'>;
  readonly ge_u: Binary<T, 'i32'>;
  readonly clz: Unary<T>;
  readonly ctz: Unary<T>;
  readonly popcnt: Unary<T>;
  readonly div_s: Binary<T>;
  readonly div_u: Binary<T>;
  readonly rem_s: Binary<T>;
  readonly rem_u: Binary<T>;
  readonly and: Binary<T>;
  readonly or: Binary<T>;
  readonly xor: Binary<T>;
  readonly shl: Binary<T>;
  readonly shr_s: Binary<T>;
  readonly shr_u: Binary<T>;
  readonly rotl: Binary<T>;
  readonly rotr: Binary<T>;
  readonly extend8_s: Unary<T>;
  readonly extend16_s: Unary<T>;
  readonly trunc_sat_f32_s: Unary<'f32', T>;
  readonly trunc_sat_f32_u: Unary<'f32', T>;
  readonly trunc_sat_f64_s: Unary<'f64', T>;
  readonly trunc_sat_f64_u: Unary<'f64', T>;
}

function intOps<T extends 'i32' | 'i64'>(t: T): IntOps<T> {
  const wide = t === 'i64';
  const compare = (i: number): Binary<T, 'i32'> => binary((wide ? 0x51 : 0x46) + i, t, 'i32');
  const arithmetic = (i: number): Binary<T> => binary((wide ? 0x7c : 0x6a) + i, t, t);
  const count = (i: number): Unary<T> => unary((wide ? 0x79 : 0x67) + i, t, t);
  const truncate = misc(wide ? 4 : 0);
  return {
    const: (value) => literal(t, value),
    load: load(wide ? 0x29 : 0x28, t),
    load8_s: load(wide ? 0x30 : 0x2c, t),
    load8_u: load(wide ? 0x31 : 0x2d, t),
    load16_s: load(wide ? 0x32 : 0x2e, t),
    load16_u: load(wide ? 0x33 : 0x2f, t),
    store: store(wide ? 0x37 : 0x36, t),
    store8: store(wide ? 0x3c : 0x3a, t),
    store16: store(wide ? 0x3d : 0x3b, t),
    eqz: unary(wide ? 0x50 : 0x45, t, 'i32'),
    eq: compare(0),
    ne: compare(1),
    lt_s: compare(2),
    lt_u: compare(3),
    gt_s: compare(4),
    gt_u: compare(5),
    le_s: compare(6),
    le_u: compare(7),
    ge_s: compare(8),
    ge_u: compare(9),
    clz: count(0),
    ctz: count(1),
    popcnt: count(2),
    add: arithmetic(0),
    sub: arithmetic(1),
    mul: arithmetic(2),
    div_s: arithmetic(3),
    div_u: arithmetic(4),
    rem_s: arithmetic(5),
    rem_u: arithmetic(6),
    and: arithmetic(7),
    or: arithmetic(8),
    xor: arithmetic(9),
    shl: arithmetic(10),
    shr_s: arithmetic(11),
    shr_u: arithmetic(12),
    rotl: arithmetic(13),
    rotr: arithmetic(14),
    extend8_s: unary(wide ? 0xc2 : 0xc0, t, t),
    extend16_s: unary(wide ? 0xc3 : 0xc1, t, t),
    trunc_sat_f32_s: unary(truncate, 'f32', t),
    trunc_sat_f32_u: unary(truncate + 1, 'f32', t),
    trunc_sat_f64_s: unary(truncate + 2, 'f64', t),
    trunc_sat_f64_u: unary(truncate + 3, 'f64', t),
  };
}

export interface FloatOps<T extends 'f32' | 'f64'> extends Common<T> {
  const(value: number): Expr<T>;
  readonly lt: Binary<T, 'i32'>;
  readonly gt: Binary<T, 'i32'>;
  readonly le: Binary<T, 'i32'>;
  readonly ge: Binary<T, 'i32'>;
  readonly abs: Unary<T>;
  readonly neg: Unary<T>;
  readonly ceil: Unary<T>;
  readonly floor: Unary<T>;
  readonly trunc: Unary<T>;
  readonly nearest: Unary<T>;
  readonly sqrt: Unary<T>;
  readonly div: Binary<T>;
  readonly min: Binary<T>;
  readonly max: Binary<T>;
  readonly copysign: Binary<T>;
  readonly convert_i32_s: Unary<'i32', T>;
  readonly convert_i32_u: Unary<'i32', T>;
  readonly convert_i64_s: Unary<'i64', T>;
  readonly convert_i64_u: Unary<'i64', T>;
}

function floatOps<T extends 'f32' | 'f64'>(t: T): FloatOps<T> {
  const wide = t === 'f64';
  const compare = (i: number): Binary<T, 'i32'> => binary((wide ? 0x61 : 0x5b) + i, t, 'i32');
  const one = (i: number): Unary<T> => unary((wide ? 0x99 : 0x8b) + i, t, t);
  const two = (i: number): Binary<T> => binary((wide ? 0x99 : 0x8b) + i, t, t);
  const convert = wide ? 0xb7 : 0xb2;
  return {
    const: (value) => literal(t, value),
    load: load(wide ? 0x2b : 0x2a, t),
    store: store(wide ? 0x39 : 0x38, t),
    eq: compare(0),
    ne: compare(1),
    lt: compare(2),
    gt: compare(3),
    le: compare(4),
    ge: compare(5),
    abs: one(0),
    neg: one(1),
    ceil: one(2),
    floor: one(3),
    trunc: one(4),
    nearest: one(5),
    sqrt: one(6),
    add: two(7),
    sub: two(8),
    mul: two(9),
    div: two(10),
    min: two(11),
    max: two(12),
    copysign: two(13),
    convert_i32_s: unary(convert, 'i32', t),
    convert_i32_u: unary(convert + 1, 'i32', t),
    convert_i64_s: unary(convert + 2, 'i64', t),
    convert_i64_u: unary(convert + 3, 'i64', t),
  };
}

interface I32Ops extends IntOps<'i32'> {
  readonly wrap_i64: Unary<'i64', 'i32'>;
  readonly reinterpret_f32: Unary<'f32', 'i32'>;
}

interface I64Ops extends IntOps<'i64'> {
  readonly extend_i32_s: Unary<'i32', 'i64'>;
  readonly extend_i32_u: Unary<'i32', 'i64'>;
  readonly reinterpret_f64: Unary<'f64', 'i64'>;
}

interface F32Ops extends FloatOps<'f32'> {
  readonly demote_f64: Unary<'f64', 'f32'>;
  readonly reinterpret_i32: Unary<'i32', 'f32'>;
}

interface F64Ops extends FloatOps<'f64'> {
  readonly promote_f32: Unary<'f32', 'f64'>;
  readonly reinterpret_i64: Unary<'i64', 'f64'>;
}

export const i32: I32Ops = {
  ...intOps('i32'),
  wrap_i64: unary(0xa7, 'i64', 'i32'),
  reinterpret_f32: unary(0xbc, 'f32', 'i32'),
};

export const i64: I64Ops = {
  ...intOps('i64'),
  extend_i32_s: unary(0xac, 'i32', 'i64'),
  extend_i32_u: unary(0xad, 'i32', 'i64'),
  reinterpret_f64: unary(0xbd, 'f64', 'i64'),
};

export const f32: F32Ops = {
  ...floatOps('f32'),
  demote_f64: unary(0xb6, 'f64', 'f32'),
  reinterpret_i32: unary(0xbe, 'i32', 'f32'),
};

export const f64: F64Ops = {
  ...floatOps('f64'),
  promote_f32: unary(0xbb, 'f32', 'f64'),
  reinterpret_i64: unary(0xbf, 'i64', 'f64'),
};
