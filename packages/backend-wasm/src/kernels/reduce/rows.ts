import type { Expr, Func, Local, Module, ValType } from '../../asm/index.ts';
import { f64, i32 } from '../../asm/index.ts';
import { rowReducer } from './row.ts';
import type { ReduceSpec } from './spec.ts';
import { reducer } from './spec.ts';

type I = Expr<'i32'>;

/**
 * Reduces contiguous rows. Parameters: out, outStride, rows, length, then address and row stride of each operand,
 * then the spec's own. Strides in bytes. The order of a float sum depends on the length alone.
 */
export function defineRows(module: Module, name: string, spec: ReduceSpec): Func<readonly ValType[], 'void'> {
  const operandTypes = Array.from({ length: spec.inputs * 2 }, () => 'i32' as const);
  const params: ValType[] = ['i32', 'i32', 'i32', 'i32', ...operandTypes, ...(spec.params ?? [])];
  return module.func(name, params as readonly ValType[], 'void', (f, ...all) => {
    const [out, outStride, rows, length] = all as unknown as [Local<'i32'>, I, Local<'i32'>, I];
    const pointers = Array.from({ length: spec.inputs }, (_, i) => all[4 + 2 * i] as Local<'i32'>);
    const strides = Array.from({ length: spec.inputs }, (_, i) => all[5 + 2 * i] as Local<'i32'>);
    const args = all.slice(4 + 2 * spec.inputs) as Local[];
    const reduceRow = rowReducer(f, spec, { pointers, length, args });
    f.while(rows, () => {
      const { value, wide } = reduceRow();
      if (spec.partial && wide !== undefined) {
        f.do(f64.store(out, wide));
      } else {
        const result = f.let(value);
        f.do(reducer(spec).store1(out, spec.post === undefined ? result : spec.post(f, result, args)));
      }
      pointers.forEach((pointer, i) => {
        f.set(pointer, i32.add(pointer, strides[i] as I));
      });
      f.set(out, i32.add(out, outStride));
      f.set(rows, i32.sub(rows, 1));
    });
  });
}
