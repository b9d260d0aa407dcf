import type { Expr, Func, FunctionBuilder, Local, Module, ValType } from '../../asm/index.ts';
import { f64, i32, v128 } from '../../asm/index.ts';
import type { ReduceSpec } from './spec.ts';
import { blockLength, reducer } from './spec.ts';
import { narrow, wideSum } from './wide.ts';

type V = Expr<'v128'>;
type I = Expr<'i32'>;

/**
 * Reduces contiguous rows. Parameters: out, outStride, rows, length, then address and row stride of each operand,
 * then the spec's own. Strides in bytes. The order of a float sum depends on the length alone.
 */
export function defineRows(module: Module, name: string, spec: ReduceSpec): Func<readonly ValType[], 'void'> {
  const operandTypes = Array.from({ length: spec.inputs * 2 }, () => 'i32' as const);
  const params: ValType[] = ['i32', 'i32', 'i32', 'i32', ...operandTypes, ...(spec.params ?? [])];
  return module.func(name, params as readonly ValType[], 'void', (f, ...all) => {
    const [out, outStride, rows, length] = all as unknown as Local<'i32'>[] as [
      Local<'i32'>,
      I,
      Local<'i32'>,
      I,
    ];
    const pointers = Array.from({ length: spec.inputs }, (_, i) => all[4 + 2 * i] as Local<'i32'>);
    const strides = Array.from({ length: spec.inputs }, (_, i) => all[5 + 2 * i] as Local<'i32'>);
    const args = all.slice(4 + 2 * spec.inputs) as Local[];
    const row = rowReducer(f, spec, pointers, length, args);
    f.while(rows, () => {
      row(out);
      pointers.forEach((pointer, i) => {
        f.set(pointer, i32.add(pointer, strides[i] as I));
      });
      f.set(out, i32.add(out, outStride));
      f.set(rows, i32.sub(rows, 1));
    });
  });
}

function rowReducer(
  f: FunctionBuilder,
  spec: ReduceSpec,
  pointers: readonly Local<'i32'>[],
  length: I,
  args: readonly Local[],
): (out: I) => void {
  const r = reducer(spec);
  const element = spec.element === 'f64' ? 'f64' : 'f32';
  const chains = 4;
  const sums = Array.from({ length: chains }, () => f.local('v128'));
  const wide = r.cascade ? wideSum(f, element) : undefined;
  const at = f.local('i32');
  const end = f.let(i32.mul(length, r.bytes));
  const vectorEnd = f.let(i32.and(end, -16));
  const value = (load: (address: I) => V): V => {
    const inputs = pointers.map((pointer) => f.let(load(i32.add(pointer, at))));
    return spec.map === undefined ? (inputs[0] as V) : spec.map(f, inputs, args);
  };
  const take = (chain: number, mapped: V): void => {
    const sum = sums[chain] as Local<'v128'>;
    f.set(sum, r.combine(sum, f.let(mapped)));
  };
  const clear = (): void => {
    for (const sum of sums) f.set(sum, r.identity);
  };
  const joined = (): Local<'v128'> => {
    const [a, b, c, d] = sums as unknown as [V, V, V, V];
    const left = f.let(r.combine(a, b));
    const right = f.let(r.combine(c, d));
    return f.let(r.combine(left, right));
  };
  const quads = (until: I): void => {
    f.walk(at, until, 16 * chains, () => {
      for (let k = 0; k < chains; k++) {
        take(
          k,
          value((address) => v128.load(address, 16 * k)),
        );
      }
    });
  };
  return (out) => {
    f.set(at, 0);
    clear();
    if (wide !== undefined) {
      wide.clear();
      const block = blockLength * r.bytes;
      const blocksEnd = f.let(i32.and(end, -block));
      f.while(i32.ne(at, blocksEnd), () => {
        quads(f.let(i32.add(at, block)));
        wide.add(joined());
        clear();
      });
    }
    quads(f.let(i32.and(end, -16 * chains)));
    f.walk(at, vectorEnd, 16, () =>
      take(
        0,
        value((address) => v128.load(address)),
      ),
    );
    f.walk(at, end, r.bytes, () => take(1, r.only0(value(r.load1))));
    if (wide === undefined) {
      finish(f, spec, out, r.fold(f, joined()), args);
      return;
    }
    wide.add(joined());
    if (spec.partial) f.do(f64.store(out, wide.total()));
    else finish(f, spec, out, narrow(element, wide.total()), args);
  };
}

function finish(f: FunctionBuilder, spec: ReduceSpec, out: I, result: V, args: readonly Local[]): void {
  const value = f.let(result);
  f.do(reducer(spec).store1(out, spec.post === undefined ? value : spec.post(f, value, args)));
}
