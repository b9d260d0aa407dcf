import { Code } from './code.ts';
import type { Expr, Operand, Statement } from './expr.ts';
import { lift, node } from './expr.ts';
import type { Module } from './module.ts';
import type { ResultType, ValType } from './types.ts';
import { typeCode } from './types.ts';

/** A named value of the function under construction; as an expression it reads itself. */
export interface Local<T extends ValType = ValType> extends Expr<T> {
  readonly index: number;
}

/** A place that `br` can jump to. */
export interface Label {
  readonly depth: number;
}

const local = <T extends ValType>(type: T, index: number): Local<T> => ({
  type,
  index,
  emit: (code) => code.u8(0x20).u32(index),
});

/** Writes the body of one function, statement after statement. */
export class FunctionBuilder {
  readonly module: Module;
  private readonly hoisted: Code = new Code();
  private readonly constants: Map<string, Local> = new Map();
  private readonly code: Code = new Code();
  private readonly types: ValType[] = [];
  private readonly paramCount: number;
  private depth = 0;

  constructor(module: Module, params: readonly ValType[]) {
    this.module = module;
    this.paramCount = params.length;
  }

  param<T extends ValType>(type: T, index: number): Local<T> {
    return local(type, index);
  }

  /** A variable, zero until set. */
  local<T extends ValType>(type: T): Local<T> {
    this.types.push(type);
    return local(type, this.paramCount + this.types.length - 1);
  }

  /** Evaluates now and names the result. */
  let<T extends ValType>(value: Expr<T>): Local<T> {
    const name = this.local(value.type);
    this.set(name, value);
    return name;
  }

  /** Evaluates at function entry, once per `key`; `value` may only use parameters and constants. */
  hoist<T extends ValType>(key: string, value: Expr<T>): Expr<T> {
    const known = this.constants.get(key);
    if (known !== undefined) return known as Local<T>;
    const name = this.local(value.type);
    value.emit(this.hoisted);
    this.hoisted.u8(0x21).u32(name.index);
    this.constants.set(key, name);
    return name;
  }

  set<T extends ValType>(name: Local<T>, value: Operand<T>): void {
    lift(name.type, value).emit(this.code);
    this.code.u8(0x21).u32(name.index);
  }

  do(...statements: readonly Statement[]): void {
    for (const statement of statements) statement.emit(this.code);
  }

  drop(value: Expr): void {
    value.emit(this.code);
    this.code.u8(0x1a);
  }

  return(value?: Expr): void {
    value?.emit(this.code);
    this.code.u8(0x0f);
  }

  /** `br` to its label leaves the block. */
  block(body: (exit: Label) => void): void {
    this.nest(0x02, body);
  }

  /** `br` to its label starts the next round; falling off the end leaves the loop. */
  loop(body: (again: Label) => void): void {
    this.nest(0x03, body);
  }

  if(condition: Operand<'i32'>, then: () => void, otherwise?: () => void): void {
    lift('i32', condition).emit(this.code);
    this.nest(0x04, () => {
      then();
      if (otherwise !== undefined) {
        this.code.u8(0x05);
        otherwise();
      }
    });
  }

  br(label: Label): void {
    this.code.u8(0x0c).u32(this.depth - label.depth);
  }

  brIf(label: Label, condition: Operand<'i32'>): void {
    lift('i32', condition).emit(this.code);
    this.code.u8(0x0d).u32(this.depth - label.depth);
  }

  while(condition: Expr<'i32'>, body: () => void): void {
    this.if(condition, () => {
      this.loop((again) => {
        body();
        this.brIf(again, condition);
      });
    });
  }

  /** Counts `index` from its present value in steps until it *equals* `end` (so the distance must be a multiple). */
  walk(index: Local<'i32'>, end: Operand<'i32'>, step: Operand<'i32'>, body: () => void): void {
    const limit = lift('i32', end);
    const stride = lift('i32', step);
    const differs = node('i32', (code) => {
      index.emit(code);
      limit.emit(code);
      code.u8(0x47);
    });
    const next = node('i32', (code) => {
      index.emit(code);
      stride.emit(code);
      code.u8(0x6a);
    });
    this.while(differs, () => {
      body();
      this.set(index, next);
    });
  }

  /** Runs the body of the case whose number `value` has, or none. */
  switch(value: Expr<'i32'>, cases: readonly (() => void)[]): void {
    this.block((done) => {
      const open = (left: number): void => {
        if (left === 0) {
          this.block(() => {
            value.emit(this.code);
            this.code.u8(0x0e).u32(cases.length);
            for (let i = 0; i < cases.length; i++) this.code.u32(i);
            this.code.u32(cases.length);
          });
        } else {
          this.block(() => open(left - 1));
        }
        cases[left]?.();
        this.br(done);
      };
      open(cases.length - 1);
    });
  }

  /** The function's entry in the code section. */
  finish(result: Expr<ResultType> | undefined): Code {
    result?.emit(this.code);
    this.code.u8(0x0b);
    const runs: [count: number, type: ValType][] = [];
    for (const type of this.types) {
      const last = runs.at(-1);
      if (last !== undefined && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const head = new Code().u32(runs.length);
    for (const [count, type] of runs) head.u32(count).u8(typeCode[type]);
    const size = head.length + this.hoisted.length + this.code.length;
    return new Code().u32(size).append(head).append(this.hoisted).append(this.code);
  }

  private nest(op: number, body: (label: Label) => void): void {
    this.code.u8(op).u8(0x40);
    this.depth++;
    body({ depth: this.depth });
    this.depth--;
    this.code.u8(0x0b);
  }
}
