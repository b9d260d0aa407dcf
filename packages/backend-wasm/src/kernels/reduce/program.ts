import type { Expr, Func, FunctionBuilder, Local, Module, ValType } from '../../asm/index.ts';
import { f32x4, f64x2, i32, v128 } from '../../asm/index.ts';
import { rowReducer } from './row.ts';
import type { Combine } from './spec.ts';
import { reducer } from './spec.ts';

type V = Expr<'v128'>;
type I = Expr<'i32'>;

/** What a formula of a row program may use. */
export interface RowTerms {
  readonly f: FunctionBuilder;
  /** An element, or as many as fit, of each operand. */
  readonly inputs: readonly Local<'v128'>[];
  /** What the stages so far have found, in every lane. */
  readonly results: readonly Local<'v128'>[];
  readonly args: readonly Local[];
  /** What the last stage with `keep` left at this place. */
  readonly kept: Local<'v128'> | undefined;
}

export interface RowStage {
  readonly combine: Combine;
  map(terms: RowTerms): V;
  post?(result: Local<'v128'>, terms: Pick<RowTerms, 'f' | 'results' | 'args'>): V;
  /** Leave what was reduced in the output row, for the formulas that follow. */
  readonly keep?: boolean;
  /** Store the results, one a row, at an address given with the call. */
  readonly save?: boolean;
}

/**
 * Reductions of a row one after the other, then a formula for each element that uses their results: softmax,
 * layer_norm and their gradients, while the row is in the first cache.
 */
export interface RowProgram {
  readonly element: 'f32' | 'f64';
  readonly inputs: number;
  readonly params?: readonly ValType[];
  readonly stages: readonly RowStage[];
  output(terms: RowTerms): V;
}

/**
 * Parameters: out, outStride, rows, length, then address and row stride of each operand (0 to use one row for all),
 * then an address for every stage with `save`, then the program's own. Strides in bytes; rows are contiguous.
 */
export function defineRowProgram(
  module: Module,
  name: string,
  program: RowProgram,
): Func<readonly ValType[], 'void'> {
  const { element, inputs: count, stages } = program;
  const saving = stages.filter((stage) => stage.save);
  const addresses = Array.from({ length: count * 2 + saving.length }, () => 'i32' as const);
  const params: ValType[] = ['i32', 'i32', 'i32', 'i32', ...addresses, ...(program.params ?? [])];
  const r = reducer({ element, combine: 'sum' });
  return module.func(name, params as readonly ValType[], 'void', (f, ...all) => {
    const [out, outStride, rows, length] = all as unknown as [Local<'i32'>, I, Local<'i32'>, I];
    const pointers = Array.from({ length: count }, (_, i) => all[4 + 2 * i] as Local<'i32'>);
    const strides = Array.from({ length: count }, (_, i) => all[5 + 2 * i] as Local<'i32'>);
    const saves = all.slice(4 + 2 * count, 4 + 2 * count + saving.length) as Local<'i32'>[];
    const args = all.slice(4 + 2 * count + saving.length) as Local[];
    const results: Local<'v128'>[] = [];
    let keeping = false;

    const operands = (kept: boolean): readonly Local<'i32'>[] => (kept ? [...pointers, out] : pointers);
    const terms = (loaded: readonly Local<'v128'>[], kept: boolean): RowTerms => ({
      f,
      inputs: loaded.slice(0, count),
      results: [...results],
      args,
      kept: kept ? loaded[count] : undefined,
    });

    const stage = ({ combine, map, post, keep, save }: RowStage): void => {
      const kept = keeping;
      const reduceRow = rowReducer(
        f,
        { element, combine, map: (_f, loaded) => map(terms(loaded, kept)) },
        { pointers: operands(kept), length, args, ...(keep ? { keep: out } : {}) },
      );
      const value = f.let(reduceRow().value);
      const result = post === undefined ? value : f.let(post(value, { f, results: [...results], args }));
      if (save) {
        const to = saves[saving.findIndex((one) => one.map === map)] as Local<'i32'>;
        f.do(r.store1(to, result));
        f.set(to, i32.add(to, r.bytes));
      }
      const all =
        element === 'f32' ? f32x4.splat(f32x4.extract(result, 0)) : f64x2.splat(f64x2.extract(result, 0));
      results.push(f.let(all));
      keeping ||= keep === true;
    };

    f.while(rows, () => {
      for (const one of stages) stage(one);
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
          const loaded = operands(keeping).map((pointer) => f.let(load(i32.add(pointer, at))));
          const value = f.let(program.output(terms(loaded, keeping)));
          f.do(store(i32.add(out, at), value));
        });
      };
      each(f.let(i32.and(end, -16)), 16, v128.load, v128.store);
      each(end, r.bytes, r.load1, r.store1);
      pointers.forEach((pointer, i) => {
        f.set(pointer, i32.add(pointer, strides[i] as I));
      });
      f.set(out, i32.add(out, outStride));
      f.set(rows, i32.sub(rows, 1));
    });
  });
}
