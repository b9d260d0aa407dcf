import type { Address, Expr, FunctionBuilder, Statement, Target } from '../../asm/index.ts';
import { f32x4, f64x2, i32x4, i64x2, v128 } from '../../asm/index.ts';

type V = Expr<'v128'>;
export type ElementName = 'f32' | 'f64' | 'i32' | 'i64';

/** What the kernels need to know about an element type; values travel in vectors of `width`. */
export interface Element {
  readonly name: ElementName;
  readonly bytes: 4 | 8;
  readonly width: 4 | 2;
  add(a: V, b: V): V;
  /** `a·b + c` */
  madd(a: V, b: V, c: V): V;
  splat(address: Address, offset?: number): V;
  /** One element, zeros behind it. */
  load1(address: Address, offset?: number): V;
  store1(address: Address, value: V, offset?: number): Statement;
  /** The sum of all lanes, in lane 0. */
  sumLanes(f: FunctionBuilder, value: V): V;
}

const arithmetic = { f32: f32x4, f64: f64x2, i32: i32x4, i64: i64x2 };

export function element(name: ElementName, target: Target): Element {
  const { add, mul } = arithmetic[name];
  const fused = target.relaxed && (name === 'f32' || name === 'f64');
  const float = name === 'f64' ? f64x2 : f32x4;
  const madd = fused ? float.relaxed_madd : (a: V, b: V, c: V): V => add(mul(a, b), c);
  if (name === 'f64' || name === 'i64') {
    return {
      name,
      bytes: 8,
      width: 2,
      add,
      madd,
      splat: v128.load64_splat,
      load1: v128.load64_zero,
      store1: (address, value, offset) => v128.store64_lane(address, value, 0, offset),
      sumLanes: (f, value) => {
        const v = f.let(value);
        return add(v, v128.shuffle64(v, v, [1, 0]));
      },
    };
  }
  return {
    name,
    bytes: 4,
    width: 4,
    add,
    madd,
    splat: v128.load32_splat,
    load1: v128.load32_zero,
    store1: (address, value, offset) => v128.store32_lane(address, value, 0, offset),
    sumLanes: (f, value) => {
      const v = f.let(value);
      const half = f.let(add(v, v128.shuffle32(v, v, [2, 3, 0, 1])));
      return add(half, v128.shuffle32(half, half, [1, 0, 3, 2]));
    },
  };
}
