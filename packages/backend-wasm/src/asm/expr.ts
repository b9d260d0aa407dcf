import type { Code } from './code.ts';
import type { ResultType, ScalarType, ValType } from './types.ts';

/** An instruction with its operands: emitting it leaves one value of `type` on the stack (none if void). */
export interface Expr<T extends ResultType = ValType> {
  readonly type: T;
  readonly emit: (code: Code) => void;
}

/** An instruction that leaves nothing behind. */
export type Statement = Expr<'void'>;

type Literal<T extends ValType> = T extends 'i64' ? number | bigint : T extends 'v128' ? never : number;

/** What scalar instructions accept: an expression, or a JavaScript number meaning a constant. */
export type Operand<T extends ValType> = Expr<T> | Literal<T>;

export const node = <T extends ResultType>(type: T, emit: (code: Code) => void): Expr<T> => ({ type, emit });

const constant: { readonly [K in ScalarType]: (code: Code, value: number | bigint) => void } = {
  i32: (code, value) => code.u8(0x41).i32(Number(value)),
  i64: (code, value) => code.u8(0x42).i64(BigInt(value)),
  f32: (code, value) => code.u8(0x43).f32(Number(value)),
  f64: (code, value) => code.u8(0x44).f64(Number(value)),
};

export function literal<T extends ScalarType>(type: T, value: number | bigint): Expr<T> {
  return node(type, (code) => constant[type](code, value));
}

export function lift<T extends ValType>(type: T, value: Operand<T>): Expr<T> {
  if (typeof value === 'object') return value;
  if (type === 'v128') throw new TypeError('a v128 operand has no literal form');
  return node(type, (code) => constant[type as ScalarType](code, value));
}

/** Single-byte opcodes below 0x100; prefixed ones are `0xfd00_0000 + opcode` and alike. */
export function opcode(code: Code, op: number): void {
  if (op < 0x100) code.u8(op);
  else code.u8(op >>> 24).u32(op & 0xffffff);
}

export const simd = (op: number): number => 0xfd000000 + op;
export const misc = (op: number): number => 0xfc000000 + op;
export const atomic = (op: number): number => 0xfe000000 + op;

export type Unary<A extends ValType, R extends ValType = A> = (a: Operand<A>) => Expr<R>;
export type Binary<A extends ValType, R extends ValType = A> = (a: Operand<A>, b: Operand<A>) => Expr<R>;

export function unary<A extends ValType, R extends ValType>(op: number, from: A, to: R): Unary<A, R> {
  return (a) => {
    const x = lift(from, a);
    return node(to, (code) => {
      x.emit(code);
      opcode(code, op);
    });
  };
}

export function binary<A extends ValType, R extends ValType>(op: number, from: A, to: R): Binary<A, R> {
  return (a, b) => {
    const x = lift(from, a);
    const y = lift(from, b);
    return node(to, (code) => {
      x.emit(code);
      y.emit(code);
      opcode(code, op);
    });
  };
}

export type Address = Operand<'i32'>;
export type Load<T extends ValType> = (address: Address, offset?: number) => Expr<T>;
export type Store<T extends ValType> = (address: Address, value: Operand<T>, offset?: number) => Statement;

/** `align` is the exponent of the natural alignment; plain accesses promise none (0 is always valid). */
export function load<T extends ValType>(op: number, type: T, align = 0): Load<T> {
  return (address, offset = 0) => {
    const at = lift('i32', address);
    return node(type, (code) => {
      at.emit(code);
      opcode(code, op);
      code.u32(align).u32(offset);
    });
  };
}

export function store<T extends ValType>(op: number, type: T, align = 0): Store<T> {
  return (address, value, offset = 0) => {
    const at = lift('i32', address);
    const x = lift(type, value);
    return node('void', (code) => {
      at.emit(code);
      x.emit(code);
      opcode(code, op);
      code.u32(align).u32(offset);
    });
  };
}

/** Branch-free choice: both sides are evaluated. */
export function select<T extends ValType>(
  condition: Operand<'i32'>,
  then: Expr<T>,
  otherwise: Expr<T>,
): Expr<T> {
  const c = lift('i32', condition);
  return node(then.type, (code) => {
    then.emit(code);
    otherwise.emit(code);
    c.emit(code);
    if (then.type === 'v128') code.u8(0x1c).u32(1).u8(0x7b);
    else code.u8(0x1b);
  });
}
