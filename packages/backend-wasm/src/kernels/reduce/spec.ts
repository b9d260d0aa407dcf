import type { Expr, FunctionBuilder, Local, ValType } from '../../asm/index.ts';
import { f32x4, f64x2, i32x4, i64x2, v128 } from '../../asm/index.ts';

type V = Expr<'v128'>;

export type Combine = 'sum' | 'prod' | 'max' | 'min';
export type ReduceElement = 'f32' | 'f64' | 'i32' | 'i64';

/** Lanes of elements: f32x4, f64x2, i32x4 or i64x2. */
export interface ReduceSpec {
  readonly element: ReduceElement;
  readonly combine: Combine;
  /** How many operands are read side by side. */
  readonly inputs: number;
  /** Operands of which a row of memory has one element for all its length. */
  readonly splat?: readonly boolean[];
  /** Extra parameters that `map` and `post` get with each call. */
  readonly params?: readonly ValType[];
  /** What is reduced; the first operand itself if left out. */
  readonly map?: (f: FunctionBuilder, inputs: readonly Local<'v128'>[], args: readonly Local[]) => V;
  /** What becomes of a result. */
  readonly post?: (f: FunctionBuilder, result: Local<'v128'>, args: readonly Local[]) => V;
  /** Float sums are stored as float64, before `post`: parts of a longer sum. */
  readonly partial?: boolean;
}

/** A float sum adds this many elements in lanes of its own type, then goes on in double precision. */
export const blockLength = 128;
/** Rows of a column sum that are added before double precision takes over. */
export const blockRows = 32;

const negativeInfinity = { f32: () => f32x4.splat(-Infinity), f64: () => f64x2.splat(-Infinity) };
const infinity = { f32: () => f32x4.splat(Infinity), f64: () => f64x2.splat(Infinity) };

export interface Reducer {
  readonly bytes: 4 | 8;
  readonly width: 4 | 2;
  /** Sums of floats take a second level. */
  readonly cascade: boolean;
  readonly identity: V;
  combine(a: V, b: V): V;
  load1(address: Expr<'i32'>): V;
  /** One element in every lane. */
  splat(address: Expr<'i32'>): V;
  store1(address: Expr<'i32'>, value: V): Expr<'void'>;
  /** Lane 0 of `value`, the identity in the others. */
  only0(value: V): V;
  /** The reduction of all lanes, in lane 0. */
  fold(f: FunctionBuilder, value: V): V;
}

const lanes = { f32: f32x4, f64: f64x2, i32: i32x4, i64: i64x2 };

function combiner(
  element: ReduceElement,
  combine: Combine,
): { readonly op: (a: V, b: V) => V; readonly identity: V } {
  const own = lanes[element];
  if (combine === 'sum') return { op: own.add, identity: v128.zero };
  if (combine === 'prod') return { op: own.mul, identity: own.splat(1) };
  const greatest = combine === 'max';
  switch (element) {
    case 'f32':
    case 'f64': {
      const float = element === 'f32' ? f32x4 : f64x2;
      return {
        op: greatest ? float.max : float.min,
        identity: (greatest ? negativeInfinity : infinity)[element](),
      };
    }
    case 'i32':
      return {
        op: greatest ? i32x4.max_s : i32x4.min_s,
        identity: i32x4.splat(greatest ? -0x80000000 : 0x7fffffff),
      };
    case 'i64':
      return {
        op: (a, b) => v128.bitselect(a, b, greatest ? i64x2.gt_s(a, b) : i64x2.lt_s(a, b)),
        identity: i64x2.splat(greatest ? -(2n ** 63n) : 2n ** 63n - 1n),
      };
  }
}

export function reducer({ element, combine }: Pick<ReduceSpec, 'element' | 'combine'>): Reducer {
  const { op, identity } = combiner(element, combine);
  const float = element === 'f32' || element === 'f64';
  const cascade = float && combine === 'sum';
  // Named, because an operation may read its operands twice.
  const fold = (f: FunctionBuilder, a: V, b: V): Local<'v128'> => f.let(op(f.let(a), f.let(b)));
  if (element === 'f64' || element === 'i64') {
    return {
      bytes: 8,
      width: 2,
      cascade,
      identity,
      combine: op,
      load1: (address) => v128.load64_zero(address),
      splat: (address) => v128.load64_splat(address),
      store1: (address, value) => v128.store64_lane(address, value, 0),
      only0: (value) => v128.shuffle64(value, identity, [0, 3]),
      fold: (f, value) => {
        const v = f.let(value);
        return fold(f, v, v128.shuffle64(v, v, [1, 0]));
      },
    };
  }
  return {
    bytes: 4,
    width: 4,
    cascade,
    identity,
    combine: op,
    load1: (address) => v128.load32_zero(address),
    splat: (address) => v128.load32_splat(address),
    store1: (address, value) => v128.store32_lane(address, value, 0),
    only0: (value) => v128.shuffle32(value, identity, [0, 5, 6, 7]),
    fold: (f, value) => {
      const v = f.let(value);
      const half = fold(f, v, v128.shuffle32(v, v, [2, 3, 0, 1]));
      return fold(f, half, v128.shuffle32(half, half, [1, 0, 3, 2]));
    },
  };
}
