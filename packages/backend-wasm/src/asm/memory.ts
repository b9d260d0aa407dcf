import type { Address, Expr, Operand, Statement } from './expr.ts';
import { atomic, lift, misc, node, opcode } from './expr.ts';

interface MemoryOps {
  copy(to: Address, from: Address, bytes: Operand<'i32'>): Statement;
  fill(to: Address, byte: Operand<'i32'>, bytes: Operand<'i32'>): Statement;
  readonly size: Expr<'i32'>;
}

function bulk(op: number, immediates: readonly number[], operands: readonly Operand<'i32'>[]): Statement {
  const values = operands.map((x) => lift('i32', x));
  return node('void', (code) => {
    for (const value of values) value.emit(code);
    opcode(code, misc(op));
    for (const immediate of immediates) code.u8(immediate);
  });
}

export const memory: MemoryOps = {
  copy: (to, from, bytes) => bulk(10, [0, 0], [to, from, bytes]),
  fill: (to, byte, bytes) => bulk(11, [0], [to, byte, bytes]),
  size: node('i32', (code) => code.u8(0x3f).u8(0)),
};

interface AtomicOps {
  load(address: Address, offset?: number): Expr<'i32'>;
  store(address: Address, value: Operand<'i32'>, offset?: number): Statement;
  /** The value before the addition. */
  add(address: Address, value: Operand<'i32'>, offset?: number): Expr<'i32'>;
  /** How many waiters woke. */
  notify(address: Address, count: Operand<'i32'>, offset?: number): Expr<'i32'>;
}

function access<R extends 'i32' | 'void'>(
  op: number,
  result: R,
  operands: readonly Operand<'i32'>[],
  offset: number,
): Expr<R> {
  const values = operands.map((x) => lift('i32', x));
  return node(result, (code) => {
    for (const value of values) value.emit(code);
    opcode(code, atomic(op));
    code.u32(2).u32(offset);
  });
}

/** 32-bit atomics; addresses must be multiples of 4. @public */
export const atomics: AtomicOps = {
  load: (address, offset = 0) => access(0x10, 'i32', [address], offset),
  store: (address, value, offset = 0) => access(0x17, 'void', [address, value], offset),
  add: (address, value, offset = 0) => access(0x1e, 'i32', [address, value], offset),
  notify: (address, count, offset = 0) => access(0x00, 'i32', [address, count], offset),
};
