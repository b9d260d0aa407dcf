// table
import type { DType, ScalarOp } from '@taimatsu/core/backend';
import {
  type Expr,
  type FunctionBuilder,
  i32,
  type i32x4,
  i64,
  type i64x2,
  select,
  v128,
} from '../asm/index.ts';
import { gcd, intPower } from './helpers.ts';

type I = Expr<'i32'>;

/** Integers of up to 32 bits are i32s, sign- or zero-extended; int64 is an i64. The formulas are the same. */
type Ints = typeof i32;

/** A scalar operation on integers, before the result is wrapped to its width. Arguments are named. */
export type IntOp = (o: Ints, f: FunctionBuilder, a: I, b: I, c: I) => I;

const bits: (o: Ints) => 'i32' | 'i64' = (o) => ((o as unknown) === i64 ? 'i64' : 'i32');

/** Division traps for a divisor of 0, and for the smallest integer by -1: both are kept from it. */
function quotient(o: Ints, f: FunctionBuilder, a: I, b: I): I {
  const special = f.let(i32.or(o.eqz(b), o.eq(b, -1)));
  const safe = f.let(select(special, o.const(1), b));
  const negated = f.let(select(o.eqz(b), o.const(0), o.sub(o.const(0), a)));
  return select(special, negated, o.div_s(a, safe));
}

function rest(o: Ints, f: FunctionBuilder, a: I, b: I): I {
  const safe = f.let(select(o.eqz(b), o.const(1), b));
  return o.rem_s(a, safe);
}

/** True when a division that leaves `r` has to be rounded down by one. */
const crosses = (o: Ints, r: I, b: I): I => i32.and(o.ne(r, 0), i32.ne(o.lt_s(r, 0), o.lt_s(b, 0)));

const call =
  (helper: typeof gcd): IntOp =>
  (o, f, a, b) =>
    helper(f.module, bits(o) as 'i32').call(a, b);

/** What each scalar operation is on one integer. */
export const intOps: { readonly [K in ScalarOp]?: IntOp } = {
  add: (o, _, a, b) => o.add(a, b),
  sub: (o, _, a, b) => o.sub(a, b),
  mul: (o, _, a, b) => o.mul(a, b),
  div: quotient,
  fmod: rest,
  remainder: (o, f, a, b) => {
    const r = f.let(rest(o, f, a, b));
    return select(crosses(o, r, b), o.add(r, b), r);
  },
  floordiv: (o, f, a, b) => {
    const q = f.let(quotient(o, f, a, b));
    const r = f.let(rest(o, f, a, b));
    return select(crosses(o, r, b), o.sub(q, 1), q);
  },
  pow: call(intPower),
  max: (o, _, a, b) => select(o.gt_s(a, b), a, b),
  min: (o, _, a, b) => select(o.lt_s(a, b), a, b),
  and: (o, _, a, b) => o.and(a, b),
  or: (o, _, a, b) => o.or(a, b),
  xor: (o, _, a, b) => o.xor(a, b),
  shl: (o, _, a, b) => o.shl(a, b),
  shr: (o, _, a, b) => o.shr_s(a, b),
  gcd: call(gcd),
  neg: (o, _, a) => o.sub(o.const(0), a),
  abs: (o, _, a) => select(o.lt_s(a, 0), o.sub(o.const(0), a), a),
  sign: (o, f, a) => {
    const up = f.let(o.gt_s(a, 0));
    const down = i32.sub(up, o.lt_s(a, 0));
    return bits(o) === 'i64' ? (i64.extend_i32_s(down) as unknown as I) : down;
  },
  not: (o, _, a) => o.xor(a, -1),
  eq: (o, _, a, b) => o.eq(a, b),
  ne: (o, _, a, b) => o.ne(a, b),
  lt: (o, _, a, b) => o.lt_s(a, b),
  le: (o, _, a, b) => o.le_s(a, b),
  signbit: (o, _, a) => o.lt_s(a, 0),
  where: (_o, _f, c, a, b) => select(c, a, b),
};

/** An i32 brought back to the width of its dtype. */
export function wrap(value: I, dtype: DType): I {
  switch (dtype) {
    case 'uint8':
      return i32.and(value, 255);
    case 'int8':
      return i32.extend8_s(value);
    case 'int16':
      return i32.extend16_s(value);
    default:
      return value;
  }
}

/** Truth values are the i32s 0 and 1. */
export const boolOps: { readonly [K in ScalarOp]?: (a: I, b: I, c: I) => I } = {
  max: (a, b) => i32.or(a, b),
  min: (a, b) => i32.and(a, b),
  and: (a, b) => i32.and(a, b),
  or: (a, b) => i32.or(a, b),
  xor: (a, b) => i32.xor(a, b),
  not: (a) => i32.eqz(a),
  eq: (a, b) => i32.eq(a, b),
  ne: (a, b) => i32.ne(a, b),
  lt: (a, b) => i32.lt_u(a, b),
  le: (a, b) => i32.le_u(a, b),
  where: (c, a, b) => select(c, a, b),
};

type V = Expr<'v128'>;
type VectorInts = typeof i32x4 & typeof i64x2;
type LaneOp = (o: VectorInts, a: V, b: V, c: V) => V;

const greater = (o: VectorInts, a: V, b: V): V => o.gt_s(a, b);

/** What lanes of int32 and int64 can do; comparisons give masks. */
export const laneIntOps: { readonly [K in ScalarOp]?: LaneOp } = {
  add: (o, a, b) => o.add(a, b),
  sub: (o, a, b) => o.sub(a, b),
  mul: (o, a, b) => o.mul(a, b),
  max: (o, a, b) => v128.bitselect(a, b, greater(o, a, b)),
  min: (o, a, b) => v128.bitselect(b, a, greater(o, a, b)),
  and: (_, a, b) => v128.and(a, b),
  or: (_, a, b) => v128.or(a, b),
  xor: (_, a, b) => v128.xor(a, b),
  neg: (o, a) => o.neg(a),
  abs: (o, a) => o.abs(a),
  sign: (o, a) => o.sub(greater(o, v128.zero, a), greater(o, a, v128.zero)),
  not: (_, a) => v128.not(a),
  eq: (o, a, b) => o.eq(a, b),
  ne: (o, a, b) => o.ne(a, b),
  lt: (o, a, b) => greater(o, b, a),
  le: (o, a, b) => v128.not(greater(o, a, b)),
  signbit: (o, a) => greater(o, v128.zero, a),
  where: (_, c, a, b) => v128.bitselect(a, b, c),
};

/** Truth values as masks of all bits. */
export const laneBoolOps: { readonly [K in ScalarOp]?: (a: V, b: V, c: V) => V } = {
  max: (a, b) => v128.or(a, b),
  min: (a, b) => v128.and(a, b),
  and: (a, b) => v128.and(a, b),
  or: (a, b) => v128.or(a, b),
  xor: (a, b) => v128.xor(a, b),
  not: (a) => v128.not(a),
  eq: (a, b) => v128.not(v128.xor(a, b)),
  ne: (a, b) => v128.xor(a, b),
  lt: (a, b) => v128.andnot(b, a),
  le: (a, b) => v128.or(v128.not(a), b),
  where: (c, a, b) => v128.bitselect(a, b, c),
};
