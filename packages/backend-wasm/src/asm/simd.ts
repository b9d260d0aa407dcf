import type { Address, Binary, Expr, Load, Operand, Statement, Store, Unary } from './expr.ts';
import { binary, lift, load, node, opcode, simd, store, unary } from './expr.ts';
import type { ScalarType, ValType } from './types.ts';

type V = 'v128';
export type Ternary = (a: Expr<V>, b: Expr<V>, c: Expr<V>) => Expr<V>;
export type Shift = (a: Expr<V>, count: Operand<'i32'>) => Expr<V>;

const v1 = (op: number): Unary<V> => unary(simd(op), 'v128', 'v128');
const v2 = (op: number): Binary<V> => binary(simd(op), 'v128', 'v128');
const test = (op: number): Unary<V, 'i32'> => unary(simd(op), 'v128', 'i32');

const v3 =
  (op: number): Ternary =>
  (a, b, c) =>
    node('v128', (code) => {
      a.emit(code);
      b.emit(code);
      c.emit(code);
      opcode(code, simd(op));
    });

const shift =
  (op: number): Shift =>
  (a, count) => {
    const n = lift('i32', count);
    return node('v128', (code) => {
      a.emit(code);
      n.emit(code);
      opcode(code, simd(op));
    });
  };

export type LoadLane = (address: Address, vector: Expr<V>, lane: number, offset?: number) => Expr<V>;
export type StoreLane = (address: Address, vector: Expr<V>, lane: number, offset?: number) => Statement;

function laneAccess<R extends V | 'void'>(
  op: number,
  result: R,
): (address: Address, vector: Expr<V>, lane: number, offset?: number) => Expr<R> {
  return (address, vector, lane, offset = 0) => {
    const at = lift('i32', address);
    return node(result, (code) => {
      at.emit(code);
      vector.emit(code);
      opcode(code, simd(op));
      code.u32(0).u32(offset).u8(lane);
    });
  };
}

interface V128Ops {
  readonly load: Load<V>;
  readonly store: Store<V>;
  readonly load8_splat: Load<V>;
  readonly load16_splat: Load<V>;
  readonly load32_splat: Load<V>;
  readonly load64_splat: Load<V>;
  readonly load32_zero: Load<V>;
  readonly load64_zero: Load<V>;
  readonly load32_lane: LoadLane;
  readonly load64_lane: LoadLane;
  readonly store32_lane: StoreLane;
  readonly store64_lane: StoreLane;
  /** Sixteen bytes. */
  const(bytes: readonly number[]): Expr<V>;
  readonly zero: Expr<V>;
  readonly not: Unary<V>;
  readonly and: Binary<V>;
  readonly andnot: Binary<V>;
  readonly or: Binary<V>;
  readonly xor: Binary<V>;
  /** Bits of `a` where the mask is set, of `b` elsewhere. */
  readonly bitselect: Ternary;
  readonly any_true: Unary<V, 'i32'>;
  /** Four 32-bit lanes of the eight in `a` and `b`. */
  shuffle32(a: Expr<V>, b: Expr<V>, lanes: readonly [number, number, number, number]): Expr<V>;
  /** Two 64-bit lanes of the four in `a` and `b`. */
  shuffle64(a: Expr<V>, b: Expr<V>, lanes: readonly [number, number]): Expr<V>;
}

function shuffle(a: Expr<V>, b: Expr<V>, lanes: readonly number[]): Expr<V> {
  const width = 16 / lanes.length;
  return node('v128', (code) => {
    a.emit(code);
    b.emit(code);
    opcode(code, simd(13));
    for (const lane of lanes) for (let i = 0; i < width; i++) code.u8(lane * width + i);
  });
}

function constant(bytes: readonly number[]): Expr<V> {
  return node('v128', (code) => {
    opcode(code, simd(12));
    for (let i = 0; i < 16; i++) code.u8(bytes[i] ?? 0);
  });
}

export const v128: V128Ops = {
  load: load(simd(0), 'v128'),
  store: store(simd(11), 'v128'),
  load8_splat: load(simd(7), 'v128'),
  load16_splat: load(simd(8), 'v128'),
  load32_splat: load(simd(9), 'v128'),
  load64_splat: load(simd(10), 'v128'),
  load32_zero: load(simd(92), 'v128'),
  load64_zero: load(simd(93), 'v128'),
  load32_lane: laneAccess(86, 'v128'),
  load64_lane: laneAccess(87, 'v128'),
  store32_lane: laneAccess(90, 'void'),
  store64_lane: laneAccess(91, 'void'),
  const: constant,
  zero: constant([]),
  not: v1(77),
  and: v2(78),
  andnot: v2(79),
  or: v2(80),
  xor: v2(81),
  bitselect: (a, b, mask) => v3(82)(a, b, mask),
  any_true: test(83),
  shuffle32: shuffle,
  shuffle64: shuffle,
};

interface LaneOps<S extends ScalarType> {
  readonly splat: Unary<S, V>;
  extract(a: Expr<V>, lane: number): Expr<S>;
  replace(a: Expr<V>, lane: number, value: Operand<S>): Expr<V>;
  readonly eq: Binary<V>;
  readonly ne: Binary<V>;
  readonly abs: Unary<V>;
  readonly neg: Unary<V>;
  readonly add: Binary<V>;
  readonly sub: Binary<V>;
  readonly mul: Binary<V>;
}

function laneOps<S extends ScalarType>(
  scalar: S,
  ops: readonly [
    splat: number,
    extract: number,
    eq: number,
    abs: number,
    add: number,
    sub: number,
    mul: number,
  ],
): LaneOps<S> {
  const [splat, extract, eq, abs, add, sub, mul] = ops;
  return {
    splat: unary(simd(splat), scalar, 'v128'),
    extract: (a, lane) =>
      node(scalar, (code) => {
        a.emit(code);
        opcode(code, simd(extract));
        code.u8(lane);
      }),
    replace: (a, lane, value) => {
      const x = lift<ValType>(scalar, value);
      return node('v128', (code) => {
        a.emit(code);
        x.emit(code);
        opcode(code, simd(extract + 1));
        code.u8(lane);
      });
    },
    eq: v2(eq),
    ne: v2(eq + 1),
    abs: v1(abs),
    neg: v1(abs + 1),
    add: v2(add),
    sub: v2(sub),
    mul: v2(mul),
  };
}

interface FloatLaneOps<S extends 'f32' | 'f64'> extends LaneOps<S> {
  readonly lt: Binary<V>;
  readonly gt: Binary<V>;
  readonly le: Binary<V>;
  readonly ge: Binary<V>;
  readonly sqrt: Unary<V>;
  readonly div: Binary<V>;
  readonly min: Binary<V>;
  readonly max: Binary<V>;
  /** `b < a ? b : a`: keeps `a` when either is NaN. */
  readonly pmin: Binary<V>;
  /** `a < b ? b : a`: keeps `a` when either is NaN. */
  readonly pmax: Binary<V>;
  readonly ceil: Unary<V>;
  readonly floor: Unary<V>;
  readonly trunc: Unary<V>;
  readonly nearest: Unary<V>;
  /** `a·b + c`, fused or not as the hardware likes. */
  readonly relaxed_madd: Ternary;
  /** `c − a·b`, fused or not as the hardware likes. */
  readonly relaxed_nmadd: Ternary;
}

function floatLaneOps<S extends 'f32' | 'f64'>(
  base: LaneOps<S>,
  compare: number,
  arithmetic: number,
  rounding: readonly [number, number, number, number],
  relaxed: number,
): FloatLaneOps<S> {
  return {
    ...base,
    lt: v2(compare + 2),
    gt: v2(compare + 3),
    le: v2(compare + 4),
    ge: v2(compare + 5),
    sqrt: v1(arithmetic + 3),
    div: v2(arithmetic + 7),
    min: v2(arithmetic + 8),
    max: v2(arithmetic + 9),
    pmin: v2(arithmetic + 10),
    pmax: v2(arithmetic + 11),
    ceil: v1(rounding[0]),
    floor: v1(rounding[1]),
    trunc: v1(rounding[2]),
    nearest: v1(rounding[3]),
    relaxed_madd: v3(relaxed),
    relaxed_nmadd: v3(relaxed + 1),
  };
}

interface F32x4Ops extends FloatLaneOps<'f32'> {
  readonly convert_i32x4_s: Unary<V>;
  readonly convert_i32x4_u: Unary<V>;
  readonly demote_f64x2_zero: Unary<V>;
}

interface F64x2Ops extends FloatLaneOps<'f64'> {
  readonly convert_low_i32x4_s: Unary<V>;
  readonly convert_low_i32x4_u: Unary<V>;
  readonly promote_low_f32x4: Unary<V>;
}

interface IntLaneOps<S extends 'i32' | 'i64'> extends LaneOps<S> {
  readonly lt_s: Binary<V>;
  readonly gt_s: Binary<V>;
  readonly le_s: Binary<V>;
  readonly ge_s: Binary<V>;
  readonly shl: Shift;
  readonly shr_s: Shift;
  readonly shr_u: Shift;
  readonly all_true: Unary<V, 'i32'>;
  readonly bitmask: Unary<V, 'i32'>;
}

interface I32x4Ops extends IntLaneOps<'i32'> {
  readonly lt_u: Binary<V>;
  readonly gt_u: Binary<V>;
  readonly le_u: Binary<V>;
  readonly ge_u: Binary<V>;
  readonly min_s: Binary<V>;
  readonly max_s: Binary<V>;
  readonly trunc_sat_f32x4_s: Unary<V>;
  readonly trunc_sat_f32x4_u: Unary<V>;
  readonly trunc_sat_f64x2_s_zero: Unary<V>;
  readonly extend_low_i16x8_s: Unary<V>;
  readonly extend_low_i16x8_u: Unary<V>;
}

interface NarrowOps {
  /** The 32-bit lanes of two vectors as 16-bit ones, saturated. */
  readonly narrow_i32x4_s: Binary<V>;
  readonly narrow_i32x4_u: Binary<V>;
  /** The 16-bit lanes of two vectors as bytes, saturated. */
  readonly narrow_i16x8_s: Binary<V>;
  readonly narrow_i16x8_u: Binary<V>;
  readonly extend_low_i8x16_s: Unary<V>;
  readonly extend_low_i8x16_u: Unary<V>;
}

interface I64x2Ops extends IntLaneOps<'i64'> {
  readonly extend_low_i32x4_s: Unary<V>;
  readonly extend_high_i32x4_s: Unary<V>;
  readonly extend_low_i32x4_u: Unary<V>;
  readonly extend_high_i32x4_u: Unary<V>;
}

function intLaneOps<S extends 'i32' | 'i64'>(
  base: LaneOps<S>,
  compare: readonly number[],
  at: number,
): IntLaneOps<S> {
  const [lt = 0, gt = 0, le = 0, ge = 0] = compare;
  return {
    ...base,
    lt_s: v2(lt),
    gt_s: v2(gt),
    le_s: v2(le),
    ge_s: v2(ge),
    all_true: test(at + 3),
    bitmask: test(at + 4),
    shl: shift(at + 11),
    shr_s: shift(at + 12),
    shr_u: shift(at + 13),
  };
}

export const f32x4: F32x4Ops = {
  ...floatLaneOps(laneOps('f32', [19, 31, 65, 224, 228, 229, 230]), 65, 224, [103, 104, 105, 106], 0x105),
  convert_i32x4_s: v1(250),
  convert_i32x4_u: v1(251),
  demote_f64x2_zero: v1(94),
};

export const f64x2: F64x2Ops = {
  ...floatLaneOps(laneOps('f64', [20, 33, 71, 236, 240, 241, 242]), 71, 236, [116, 117, 122, 148], 0x107),
  convert_low_i32x4_s: v1(254),
  convert_low_i32x4_u: v1(255),
  promote_low_f32x4: v1(95),
};

export const i32x4: I32x4Ops = {
  ...intLaneOps(laneOps('i32', [17, 27, 55, 160, 174, 177, 181]), [57, 59, 61, 63], 160),
  lt_u: v2(58),
  gt_u: v2(60),
  le_u: v2(62),
  ge_u: v2(64),
  min_s: v2(182),
  max_s: v2(184),
  trunc_sat_f32x4_s: v1(248),
  trunc_sat_f32x4_u: v1(249),
  trunc_sat_f64x2_s_zero: v1(252),
  extend_low_i16x8_s: v1(167),
  extend_low_i16x8_u: v1(169),
};

export const narrow: NarrowOps = {
  narrow_i32x4_s: v2(133),
  narrow_i32x4_u: v2(134),
  narrow_i16x8_s: v2(101),
  narrow_i16x8_u: v2(102),
  extend_low_i8x16_s: v1(135),
  extend_low_i8x16_u: v1(137),
};

export const i64x2: I64x2Ops = {
  ...intLaneOps(laneOps('i64', [18, 29, 214, 192, 206, 209, 213]), [216, 217, 218, 219], 192),
  extend_low_i32x4_s: v1(199),
  extend_high_i32x4_s: v1(200),
  extend_low_i32x4_u: v1(201),
  extend_high_i32x4_u: v1(202),
};
