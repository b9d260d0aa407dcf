import { Code } from './code.ts';
import type { Expr, Operand } from './expr.ts';
import { lift, node } from './expr.ts';
import type { Local } from './function.ts';
import { FunctionBuilder } from './function.ts';
import type { ResultType, ValType } from './types.ts';
import { typeCode } from './types.ts';

/** What the generated code may rely on, and the memory it runs in. */
export interface Target {
  /** The imported memory is shared between threads. */
  readonly shared: boolean;
  /** Relaxed SIMD multiply-add is there. */
  readonly relaxed: boolean;
}

type Locals<P extends readonly ValType[]> = { [K in keyof P]: Local<P[K]> };
type Operands<P extends readonly ValType[]> = { [K in keyof P]: Operand<P[K]> };

export interface Func<P extends readonly ValType[] = readonly ValType[], R extends ResultType = ResultType> {
  readonly index: number;
  call(...args: Operands<P>): Expr<R>;
}

interface Signature {
  readonly params: readonly ValType[];
  readonly result: ResultType;
}

interface Entry {
  readonly type: number;
  code?: Code;
}

const MAX_PAGES = 65536;

/** A module that imports `env.memory` and exports the functions that were given a name. */
export class Module {
  readonly target: Target;
  private readonly signatures: string[] = [];
  private readonly types: Signature[] = [];
  private readonly imports: { name: string; type: number }[] = [];
  private readonly entries: Entry[] = [];
  private readonly exports: { name: string; index: number }[] = [];
  private readonly memo: Map<string, Func> = new Map();

  constructor(target: Target) {
    this.target = target;
  }

  /** A function of the host, `env[name]`. All imports come before the first `func`. */
  import<const P extends readonly ValType[], R extends ResultType>(
    name: string,
    params: P,
    result: R,
  ): Func<P, R> {
    if (this.entries.length > 0) throw new Error(`import ${name} after the first function`);
    this.imports.push({ name, type: this.signature(params, result) });
    return this.handle(this.imports.length - 1, params, result);
  }

  /** Defines a function; the expression that `body` returns is its result. Without a name it stays internal. */
  func<const P extends readonly ValType[], R extends ResultType>(
    name: string | undefined,
    params: P,
    result: R,
    body: (f: FunctionBuilder, ...args: Locals<P>) => R extends 'void' ? void : Expr<R>,
  ): Func<P, R> {
    const entry: Entry = { type: this.signature(params, result) };
    const index = this.imports.length + this.entries.push(entry) - 1;
    if (name !== undefined) this.exports.push({ name, index });
    const f = new FunctionBuilder(this, params);
    const args = params.map((type, i) => f.param(type, i)) as unknown as Locals<P>;
    const value = body(f, ...args) as Expr<ResultType> | undefined;
    entry.code = f.finish(value);
    return this.handle(index, params, result);
  }

  /** An internal function that several callers share: defined on first use. */
  helper<P extends readonly ValType[], R extends ResultType>(
    key: string,
    define: () => Func<P, R>,
  ): Func<P, R> {
    const known = this.memo.get(key);
    if (known !== undefined) return known as unknown as Func<P, R>;
    const func = define();
    this.memo.set(key, func as unknown as Func);
    return func;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Code().append(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    section(out, 1, this.types, (code, { params, result }) => {
      code.u8(0x60).u32(params.length);
      for (const type of params) code.u8(typeCode[type]);
      if (result === 'void') code.u32(0);
      else code.u32(1).u8(typeCode[result]);
    });
    const imports = [undefined, ...this.imports];
    section(out, 2, imports, (code, item) => {
      code.text('env').text(item?.name ?? 'memory');
      if (item !== undefined) code.u8(0).u32(item.type);
      else if (this.target.shared) code.u8(2).u8(3).u32(0).u32(MAX_PAGES);
      else code.u8(2).u8(0).u32(0);
    });
    section(out, 3, this.entries, (code, entry) => code.u32(entry.type));
    section(out, 7, this.exports, (code, { name, index }) => code.text(name).u8(0).u32(index));
    section(out, 10, this.entries, (code, entry) => {
      if (entry.code === undefined) throw new Error('a function is still open');
      code.append(entry.code);
    });
    return out.view().slice();
  }

  private signature(params: readonly ValType[], result: ResultType): number {
    const key = `${params.join()}:${result}`;
    const known = this.signatures.indexOf(key);
    if (known >= 0) return known;
    this.types.push({ params, result });
    return this.signatures.push(key) - 1;
  }

  private handle<P extends readonly ValType[], R extends ResultType>(
    index: number,
    params: P,
    result: R,
  ): Func<P, R> {
    return {
      index,
      call: (...args) => {
        const values = params.map((type, i) => lift(type, args[i] as Operand<ValType>));
        return node(result, (code) => {
          for (const value of values) value.emit(code);
          code.u8(0x10).u32(index);
        });
      },
    };
  }
}

function section<T>(out: Code, id: number, items: readonly T[], write: (code: Code, item: T) => void): void {
  if (items.length === 0) return;
  const code = new Code().u32(items.length);
  for (const item of items) write(code, item);
  out.u8(id).u32(code.length).append(code);
}
