import type { Expr, FunctionBuilder, ValType } from '../asm/index.ts';

/** The wasm types of a kind of lanes: values, integers of the same width, and truth values. */
export interface LaneTypes {
  readonly value: ValType;
  readonly int: ValType;
  readonly mask: ValType;
}

export interface VectorTypes extends LaneTypes {
  readonly value: 'v128';
  readonly int: 'v128';
  readonly mask: 'v128';
}

export interface F32Types extends LaneTypes {
  readonly value: 'f32';
  readonly int: 'i32';
  readonly mask: 'i32';
}

export interface F64Types extends LaneTypes {
  readonly value: 'f64';
  readonly int: 'i64';
  readonly mask: 'i32';
}

/**
 * Floating-point arithmetic in one vocabulary for scalars and vectors, so that a formula is written once. Bound to
 * the function under construction, where `let` names intermediate results: an expression used twice is computed
 * twice unless it was named.
 */
export interface FloatLanes<L extends LaneTypes> {
  readonly f: FunctionBuilder;
  readonly element: 'f32' | 'f64';
  /** Elements per value. */
  readonly count: number;

  let<T extends ValType>(value: Expr<T>): Expr<T>;
  const(value: number): Expr<L['value']>;
  load(address: Expr<'i32'>, offset?: number): Expr<L['value']>;
  store(address: Expr<'i32'>, value: Expr<L['value']>, offset?: number): Expr<'void'>;

  add(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['value']>;
  sub(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['value']>;
  mul(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['value']>;
  div(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['value']>;
  /** `a·b + c`, rounded once or twice. */
  madd(a: Expr<L['value']>, b: Expr<L['value']>, c: Expr<L['value']>): Expr<L['value']>;
  /** `c − a·b`, rounded once or twice. */
  nmadd(a: Expr<L['value']>, b: Expr<L['value']>, c: Expr<L['value']>): Expr<L['value']>;
  /** NaN wins. */
  min(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['value']>;
  /** NaN wins. */
  max(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['value']>;
  /** `min(max(x, low), high)` that lets a NaN in `x` through, cheaper than `min` and `max`. */
  clamp(x: Expr<L['value']>, low: number, high: number): Expr<L['value']>;
  abs(a: Expr<L['value']>): Expr<L['value']>;
  neg(a: Expr<L['value']>): Expr<L['value']>;
  sqrt(a: Expr<L['value']>): Expr<L['value']>;
  floor(a: Expr<L['value']>): Expr<L['value']>;
  ceil(a: Expr<L['value']>): Expr<L['value']>;
  trunc(a: Expr<L['value']>): Expr<L['value']>;
  /** Half to even. */
  nearest(a: Expr<L['value']>): Expr<L['value']>;
  /** The magnitude of `a` with the sign of `b`. */
  copysign(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['value']>;

  lt(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['mask']>;
  le(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['mask']>;
  eq(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['mask']>;
  ne(a: Expr<L['value']>, b: Expr<L['value']>): Expr<L['mask']>;
  and(a: Expr<L['mask']>, b: Expr<L['mask']>): Expr<L['mask']>;
  or(a: Expr<L['mask']>, b: Expr<L['mask']>): Expr<L['mask']>;
  not(a: Expr<L['mask']>): Expr<L['mask']>;
  select(mask: Expr<L['mask']>, then: Expr<L['value']>, otherwise: Expr<L['value']>): Expr<L['value']>;
  any(mask: Expr<L['mask']>): Expr<'i32'>;

  bits(a: Expr<L['value']>): Expr<L['int']>;
  fromBits(a: Expr<L['int']>): Expr<L['value']>;
  int(value: number | bigint): Expr<L['int']>;
  iadd(a: Expr<L['int']>, b: Expr<L['int']>): Expr<L['int']>;
  isub(a: Expr<L['int']>, b: Expr<L['int']>): Expr<L['int']>;
  iand(a: Expr<L['int']>, b: Expr<L['int']>): Expr<L['int']>;
  ior(a: Expr<L['int']>, b: Expr<L['int']>): Expr<L['int']>;
  ixor(a: Expr<L['int']>, b: Expr<L['int']>): Expr<L['int']>;
  shl(a: Expr<L['int']>, count: number): Expr<L['int']>;
  shrS(a: Expr<L['int']>, count: number): Expr<L['int']>;
  shrU(a: Expr<L['int']>, count: number): Expr<L['int']>;
  /** `result`, except that elements that `mask` marks become `scalar` of theirs in `x`: for cases too rare for lanes. */
  patch(
    result: Expr<L['value']>,
    mask: Expr<L['mask']>,
    x: Expr<L['value']>,
    scalar: (x: Expr) => Expr,
  ): Expr<L['value']>;

  /** Computes in double precision. Doubles stay as they are. */
  viaDouble(
    x: readonly Expr<L['value']>[],
    body: <D extends LaneTypes>(d: FloatLanes<D>, x: readonly Expr<D['value']>[]) => Expr<D['value']>,
  ): Expr<L['value']>;
}
