import type { DType, RowKernel, Expr as ScalarExpr } from '@taimatsu/core/backend';
import {
  type Expr,
  type FunctionBuilder,
  f32x4,
  f64x2,
  i32,
  type Local,
  type Module,
  type ValType,
  v128,
} from '../asm/index.ts';
import { type Combine, reducer, rowReducer } from '../kernels/reduce/index.ts';
import { emitExpression } from './expression.ts';
import { type Family, family, scalarType } from './family.ts';
import { operandsRead } from './operands.ts';

type I = Expr<'i32'>;
type V = Expr<'v128'>;

/** An operand of a row program: where it is, and how far its next row is; one element serves a row that is `splat`. */
interface Operand {
  readonly pointer: Local<'i32'>;
  readonly stride: Local<'i32'>;
  readonly splat: boolean;
}

/**
 * A row program over rows a stride apart. Parameters: how many rows, elements in a row, then address and row stride of the
 * output, of each input and of each stored result, then the launch scalars. Strides in bytes.
 */
export function defineRow(module: Module, kernel: RowKernel, dtype: DType, splat: readonly boolean[]): void {
  const { operands: count, stages, saves } = kernel;
  const walked = 1 + count + saves.length;
  const addresses = Array.from({ length: 2 * walked }, () => 'i32' as const);
  const params: ValType[] = ['i32', 'i32', ...addresses, ...kernel.params.map(scalarType)];
  module.func('run', params as readonly ValType[], 'void', (f, ...all) => {
    const [rows, length] = all as unknown as [Local<'i32'>, Local<'i32'>];
    const operand = (i: number): Operand => ({
      pointer: all[2 + 2 * i] as Local<'i32'>,
      stride: all[3 + 2 * i] as Local<'i32'>,
      splat: i > 0 && splat[i - 1] === true,
    });
    const out = operand(0);
    const inputs = Array.from({ length: count }, (_, i) => operand(1 + i));
    const results = saves.map((_, i) => operand(1 + count + i));
    const row = rowOf(f, kernel, dtype, {
      out,
      inputs,
      results,
      length,
      scalars: all.slice(2 + 2 * walked) as Local[],
    });
    f.while(rows, () => {
      stages.forEach((_, k) => {
        row.stage(k);
      });
      row.element();
      for (const { pointer, stride } of [out, ...inputs, ...results])
        f.set(pointer, i32.add(pointer, stride));
      f.set(rows, i32.sub(rows, 1));
    });
  });
}

interface Site {
  readonly out: Operand;
  readonly inputs: readonly Operand[];
  readonly results: readonly Operand[];
  readonly length: I;
  readonly scalars: readonly Local[];
}

function rowOf(
  f: FunctionBuilder,
  { operands, stages, element, saves, kept }: RowKernel,
  dtype: DType,
  { out, inputs, results, length, scalars }: Site,
): { stage(k: number): void; element(): void } {
  const single = dtype === 'float32';
  const lanes = single ? ('f32' as const) : ('f64' as const);
  const fam: Family = family(single ? 'quad' : 'pair', f);
  const r = reducer({ element: lanes, combine: 'sum' });
  const found = stages.map(() => f.local('v128'));
  const fixed = inputs.map(({ splat }) => (splat ? f.local('v128') : undefined));
  /** The inputs that an expression reads element by element. */
  const moving = (expr: ScalarExpr): number[] =>
    operandsRead(expr).filter((input) => input < operands && fixed[input] === undefined);
  /** The value of `expr`, given the elements of the inputs `read` and then what was kept. */
  const value = (expr: ScalarExpr, read: readonly number[], loaded: readonly Expr[]): V =>
    emitExpression(fam, expr, {
      load: (input) => {
        if (input >= operands) return found[input - operands] ?? loaded[read.length]!;
        return fixed[input] ?? loaded[read.indexOf(input)]!;
      },
      params: scalars,
    }) as V;
  const spread = (x: V): V => (single ? f32x4.splat(f32x4.extract(x, 0)) : f64x2.splat(f64x2.extract(x, 0)));

  const stage = (k: number): void => {
    const { combine, pre, post } = stages[k]!;
    if (k === 0) {
      fixed.forEach((one, i) => {
        if (one !== undefined) f.set(one, r.splat(inputs[i]!.pointer));
      });
    }
    const read = moving(pre);
    const map = (_: FunctionBuilder, loaded: readonly V[]): V => value(pre, read, loaded);
    // A row needs an operand to walk; what is there does not matter where nothing is read.
    const pointers = read.length === 0 ? [out.pointer] : read.map((input) => inputs[input]!.pointer);
    const keep = kept?.stage === k ? { keep: out.pointer } : {};
    const reduceRow = rowReducer(
      f,
      { element: lanes, combine: combine as Combine, map },
      { pointers, length, args: scalars, ...keep },
    );
    const combined = f.let(reduceRow().value);
    const result = f.let(emitExpression(fam, post, { load: () => combined, params: scalars }) as V);
    const to = results[saves.indexOf(k)];
    if (to !== undefined) f.do(r.store1(to.pointer, result));
    f.set(found[k]!, spread(result));
  };

  const last = (): void => {
    const { body } = (kept ?? { element }).element;
    const read = moving(body);
    const pointers = read.map((input) => inputs[input]!.pointer);
    if (kept !== undefined) pointers.push(out.pointer);
    const at = f.local('i32');
    f.set(at, 0);
    const end = f.let(i32.mul(length, r.bytes));
    const each = (
      until: I,
      step: number,
      load: (address: I) => V,
      store: (to: I, v: V) => Expr<'void'>,
    ): void => {
      f.walk(at, until, step, () => {
        const loaded = pointers.map((pointer) => f.let(load(i32.add(pointer, at))));
        f.do(store(i32.add(out.pointer, at), f.let(value(body, read, loaded))));
      });
    };
    each(f.let(i32.and(end, -16)), 16, v128.load, v128.store);
    each(end, r.bytes, r.load1, r.store1);
  };
  return { stage, element: last };
}
