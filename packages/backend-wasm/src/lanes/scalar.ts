import type { Expr, FunctionBuilder } from '../asm/index.ts';
import { f32, f64, i32, i64, select } from '../asm/index.ts';
import type { F32Types, F64Types, FloatLanes } from './types.ts';

const isTrue = (mask: Expr<'i32'>): Expr<'i32'> => mask;

export function f64Lanes(f: FunctionBuilder): FloatLanes<F64Types> {
  return {
    f,
    element: 'f64',
    count: 1,
    let: (value) => f.let(value),
    const: f64.const,
    load: f64.load,
    store: f64.store,
    add: f64.add,
    sub: f64.sub,
    mul: f64.mul,
    div: f64.div,
    madd: (a, b, c) => f64.add(f64.mul(a, b), c),
    nmadd: (a, b, c) => f64.sub(c, f64.mul(a, b)),
    min: f64.min,
    max: f64.max,
    clamp: (x, low, high) => f64.min(f64.max(x, low), high),
    abs: f64.abs,
    neg: f64.neg,
    sqrt: f64.sqrt,
    floor: f64.floor,
    ceil: f64.ceil,
    trunc: f64.trunc,
    nearest: f64.nearest,
    copysign: f64.copysign,
    lt: f64.lt,
    le: f64.le,
    eq: f64.eq,
    ne: f64.ne,
    and: i32.and,
    or: i32.or,
    not: i32.eqz,
    select,
    any: isTrue,
    bits: i64.reinterpret_f64,
    fromBits: f64.reinterpret_i64,
    int: i64.const,
    iadd: i64.add,
    isub: i64.sub,
    iand: i64.and,
    ior: i64.or,
    ixor: i64.xor,
    shl: i64.shl,
    shrS: i64.shr_s,
    shrU: i64.shr_u,
    patch: (result, mask, x, scalar) => {
      const patched = f.let(result);
      f.if(mask, () => f.set(patched, scalar(x) as Expr<'f64'>));
      return patched;
    },
    viaDouble: (x, body) => body(f64Lanes(f), x),
  };
}

export function f32Lanes(f: FunctionBuilder): FloatLanes<F32Types> {
  return {
    f,
    element: 'f32',
    count: 1,
    let: (value) => f.let(value),
    const: f32.const,
    load: f32.load,
    store: f32.store,
    add: f32.add,
    sub: f32.sub,
    mul: f32.mul,
    div: f32.div,
    madd: (a, b, c) => f32.add(f32.mul(a, b), c),
    nmadd: (a, b, c) => f32.sub(c, f32.mul(a, b)),
    min: f32.min,
    max: f32.max,
    clamp: (x, low, high) => f32.min(f32.max(x, low), high),
    abs: f32.abs,
    neg: f32.neg,
    sqrt: f32.sqrt,
    floor: f32.floor,
    ceil: f32.ceil,
    trunc: f32.trunc,
    nearest: f32.nearest,
    copysign: f32.copysign,
    lt: f32.lt,
    le: f32.le,
    eq: f32.eq,
    ne: f32.ne,
    and: i32.and,
    or: i32.or,
    not: i32.eqz,
    select,
    any: isTrue,
    bits: i32.reinterpret_f32,
    fromBits: f32.reinterpret_i32,
    int: i32.const,
    iadd: i32.add,
    isub: i32.sub,
    iand: i32.and,
    ior: i32.or,
    ixor: i32.xor,
    shl: i32.shl,
    shrS: i32.shr_s,
    shrU: i32.shr_u,
    patch: (result, mask, x, scalar) => {
      const patched = f.let(result);
      f.if(mask, () => f.set(patched, scalar(x) as Expr<'f32'>));
      return patched;
    },
    viaDouble: (x, body) =>
      f32.demote_f64(
        body(
          f64Lanes(f),
          x.map((value) => f.let(f64.promote_f32(value))),
        ),
      ),
  };
}
