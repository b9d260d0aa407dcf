import type { Expr, FunctionBuilder } from '../asm/index.ts';
import { f32x4, f64x2, i32x4, i64x2, v128 } from '../asm/index.ts';
import type { FloatLanes, VectorTypes } from './types.ts';

type V = Expr<'v128'>;
type Vector = FloatLanes<VectorTypes>;

interface Parts {
  readonly float: typeof f32x4 | typeof f64x2;
  readonly int: typeof i32x4 | typeof i64x2;
  readonly splat: (value: number) => V;
  readonly int1: (value: number | bigint) => V;
  readonly element: 'f32' | 'f64';
  readonly count: number;
  readonly viaDouble: Vector['viaDouble'];
}

function vectorLanes(f: FunctionBuilder, parts: Parts): Vector {
  const { float, int, splat } = parts;
  const { relaxed } = f.module.target;
  const sign = int.shl(parts.int1(-1), parts.element === 'f32' ? 31 : 63);
  const lanes: Vector = {
    f,
    element: parts.element,
    count: parts.count,
    let: (value) => f.let(value),
    const: splat,
    load: (address, offset) => v128.load(address, offset),
    store: (address, value, offset) => v128.store(address, value, offset),
    add: float.add,
    sub: float.sub,
    mul: float.mul,
    div: float.div,
    madd: relaxed ? float.relaxed_madd : (a, b, c) => float.add(float.mul(a, b), c),
    nmadd: relaxed ? float.relaxed_nmadd : (a, b, c) => float.sub(c, float.mul(a, b)),
    min: float.min,
    max: float.max,
    clamp: (x, low, high) => float.pmin(float.pmax(x, splat(low)), splat(high)),
    abs: float.abs,
    neg: float.neg,
    sqrt: float.sqrt,
    floor: float.floor,
    ceil: float.ceil,
    trunc: float.trunc,
    nearest: float.nearest,
    copysign: (a, b) => v128.bitselect(b, a, sign),
    lt: float.lt,
    le: float.le,
    eq: float.eq,
    ne: float.ne,
    and: v128.and,
    or: v128.or,
    not: v128.not,
    select: (mask, then, otherwise) => v128.bitselect(then, otherwise, mask),
    any: v128.any_true,
    bits: (a) => a,
    fromBits: (a) => a,
    int: parts.int1,
    iadd: int.add,
    isub: int.sub,
    iand: v128.and,
    ior: v128.or,
    ixor: v128.xor,
    shl: int.shl,
    shrS: int.shr_s,
    shrU: int.shr_u,
    patch: (result, mask, x, scalar) => {
      const patched = f.let(result);
      const m = f.let(mask);
      const from = f.let(x);
      f.if(v128.any_true(m), () => {
        for (let lane = 0; lane < parts.count; lane++) {
          f.if(i32x4.extract(m, (lane * 4) / parts.count), () => {
            const one = parts.element === 'f32' ? f32x4 : f64x2;
            f.set(patched, one.replace(patched, lane, scalar(one.extract(from, lane)) as never));
          });
        }
      });
      return patched;
    },
    viaDouble: parts.viaDouble,
  };
  return lanes;
}

export function f64x2Lanes(f: FunctionBuilder): Vector {
  return vectorLanes(f, {
    float: f64x2,
    int: i64x2,
    splat: (value) => f.hoist(`f64 ${Object.is(value, -0) ? '-0' : value}`, f64x2.splat(value)),
    int1: (value) => f.hoist(`i64 ${value}`, i64x2.splat(value)),
    element: 'f64',
    count: 2,
    viaDouble: (x, body) => body(f64x2Lanes(f), x),
  });
}

export function f32x4Lanes(f: FunctionBuilder): Vector {
  const upper = (a: V, b: V): V => v128.shuffle64(a, b, [1, 3]);
  return vectorLanes(f, {
    float: f32x4,
    int: i32x4,
    splat: (value) => f.hoist(`f32 ${Object.is(value, -0) ? '-0' : value}`, f32x4.splat(value)),
    int1: (value) => f.hoist(`i32 ${value}`, i32x4.splat(Number(value))),
    element: 'f32',
    count: 4,
    viaDouble: (x, body) => {
      const wide = f64x2Lanes(f);
      const from = x.map((value) => f.let(value));
      const low = from.map((value) => f.let(f64x2.promote_low_f32x4(value)));
      const high = from.map((value) => f.let(f64x2.promote_low_f32x4(upper(value, value))));
      const bottom = f.let(f32x4.demote_f64x2_zero(body(wide, low)));
      return v128.shuffle64(bottom, f32x4.demote_f64x2_zero(body(wide, high)), [0, 2]);
    },
  });
}
