import type { Expr, Func, FunctionBuilder, Local, Module, ValType } from '../../asm/index.ts';
import { i32, select, v128 } from '../../asm/index.ts';
import type { ReduceSpec } from './spec.ts';
import { blockRows, reducer } from './spec.ts';
import { wideSum } from './wide.ts';

type V = Expr<'v128'>;
type I = Expr<'i32'>;

/**
 * Reduces down the columns of matrices whose rows are contiguous, or one element for a whole row (`splat`). Parameters: out (contiguous), rows, columns, then
 * address and row stride of each operand, then the spec's own. `partial` has no meaning here: threads share columns.
 */
export function defineColumns(
  module: Module,
  name: string,
  spec: ReduceSpec,
): Func<readonly ValType[], 'void'> {
  const operandTypes = Array.from({ length: spec.inputs * 2 }, () => 'i32' as const);
  const params: ValType[] = ['i32', 'i32', 'i32', ...operandTypes, ...(spec.params ?? [])];
  const r = reducer(spec);
  return module.func(name, params as readonly ValType[], 'void', (f, ...all) => {
    const [out, rows, columns] = all as unknown as [Local<'i32'>, I, Local<'i32'>];
    const pointers = Array.from({ length: spec.inputs }, (_, i) => all[3 + 2 * i] as Local<'i32'>);
    const strides = Array.from({ length: spec.inputs }, (_, i) => all[4 + 2 * i] as Local<'i32'>);
    const args = all.slice(3 + 2 * spec.inputs) as Local[];
    for (const size of [8 * r.width, r.width, 1]) {
      const strip = stripReducer(f, spec, size, pointers, strides, rows, args);
      f.while(i32.ge_s(columns, size), () => {
        strip(out);
        pointers.forEach((pointer, i) => {
          if (spec.splat?.[i] !== true) f.set(pointer, i32.add(pointer, size * r.bytes));
        });
        f.set(out, i32.add(out, size * r.bytes));
        f.set(columns, i32.sub(columns, size));
      });
    }
  });
}

function stripReducer(
  f: FunctionBuilder,
  spec: ReduceSpec,
  size: number,
  pointers: readonly Local<'i32'>[],
  strides: readonly I[],
  rows: I,
  args: readonly Local[],
): (out: I) => void {
  const r = reducer(spec);
  const element = spec.element === 'f64' ? 'f64' : 'f32';
  const vectors = Math.max(1, size / r.width);
  const load = (address: I, j: number): V => (size === 1 ? r.load1(address) : v128.load(address, 16 * j));
  const sums = Array.from({ length: vectors }, () => f.local('v128'));
  const wides = r.cascade ? sums.map(() => wideSum(f, element)) : undefined;
  const at = pointers.map(() => f.local('i32'));
  const left = f.local('i32');
  const clear = (): void => {
    for (const sum of sums) f.set(sum, r.identity);
  };
  const run = (count: Local<'i32'>): void => {
    f.while(count, () => {
      const same = at.map((address, i) => (spec.splat?.[i] === true ? f.let(r.splat(address)) : undefined));
      sums.forEach((sum, j) => {
        const inputs = at.map((address, i) => same[i] ?? f.let(load(address, j)));
        const mapped = spec.map === undefined ? (inputs[0] as V) : f.let(spec.map(f, inputs, args));
        f.set(sum, r.combine(sum, mapped));
      });
      at.forEach((address, i) => {
        f.set(address, i32.add(address, strides[i] as I));
      });
      f.set(count, i32.sub(count, 1));
    });
  };
  return (out) => {
    at.forEach((address, i) => {
      f.set(address, pointers[i] as I);
    });
    f.set(left, rows);
    clear();
    if (wides === undefined) {
      run(left);
    } else {
      for (const wide of wides) wide.clear();
      const count = f.local('i32');
      f.while(left, () => {
        f.set(count, select(i32.lt_u(left, blockRows), left, i32.const(blockRows)));
        f.set(left, i32.sub(left, count));
        run(count);
        wides.forEach((wide, j) => {
          wide.add(sums[j] as V);
        });
        clear();
      });
    }
    for (let j = 0; j < vectors; j++) {
      const wide = wides?.[j];
      const value = f.let(wide?.lanes() ?? (sums[j] as V));
      const result = spec.post === undefined ? value : spec.post(f, value, args);
      const to = i32.add(out, 16 * j);
      f.do(size === 1 ? r.store1(to, result) : v128.store(to, result));
    }
  };
}
