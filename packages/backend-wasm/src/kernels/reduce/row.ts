import type { Expr, FunctionBuilder, Local } from '../../asm/index.ts';
import { i32, v128 } from '../../asm/index.ts';
import type { ReduceSpec } from './spec.ts';
import { blockLength, reducer } from './spec.ts';
import { narrow, wideSum } from './wide.ts';

type V = Expr<'v128'>;
type I = Expr<'i32'>;

export interface RowSite {
  readonly pointers: readonly Local<'i32'>[];
  /** In elements. */
  readonly length: I;
  readonly args: readonly Local[];
  /** Where to leave what was reduced, element by element. */
  readonly keep?: I;
}

export interface RowResult {
  /** In lane 0. */
  readonly value: V;
  /** A float sum before it was rounded. */
  readonly wide: Expr<'f64'> | undefined;
}

/** Emits the reduction of one contiguous row, every time it is called. */
export function rowReducer(
  f: FunctionBuilder,
  spec: Pick<ReduceSpec, 'element' | 'combine' | 'map' | 'splat'>,
  { pointers, length, args, keep }: RowSite,
): () => RowResult {
  const r = reducer(spec);
  const element = spec.element === 'f64' ? 'f64' : 'f32';
  const chains = 4;
  const sums = Array.from({ length: chains }, () => f.local('v128'));
  const wide = r.cascade ? wideSum(f, element) : undefined;
  const at = f.local('i32');
  const end = f.let(i32.mul(length, r.bytes));
  const vectorEnd = f.let(i32.and(end, -16));
  const fixed = pointers.map((_, i) => (spec.splat?.[i] === true ? f.local('v128') : undefined));
  const value = (load: (address: I) => V): Local<'v128'> => {
    const inputs = pointers.map((pointer, i) => fixed[i] ?? f.let(load(i32.add(pointer, at))));
    return f.let(spec.map === undefined ? (inputs[0] as V) : spec.map(f, inputs, args));
  };
  const take = (chain: number, mapped: V): void => {
    const sum = sums[chain] as Local<'v128'>;
    f.set(sum, r.combine(sum, mapped));
  };
  const takeVector = (chain: number): void => {
    const offset = 16 * chain;
    const mapped = value((address) => v128.load(address, offset));
    if (keep !== undefined) f.do(v128.store(i32.add(keep, at), mapped, offset));
    take(chain, mapped);
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
      for (let chain = 0; chain < chains; chain++) takeVector(chain);
    });
  };
  return () => {
    f.set(at, 0);
    fixed.forEach((one, i) => {
      if (one !== undefined) f.set(one, r.splat(pointers[i] as I));
    });
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
    f.walk(at, vectorEnd, 16, () => takeVector(0));
    f.walk(at, end, r.bytes, () => {
      const mapped = value(r.load1);
      if (keep !== undefined) f.do(r.store1(i32.add(keep, at), mapped));
      take(1, f.let(r.only0(mapped)));
    });
    if (wide === undefined) return { value: r.fold(f, joined()), wide: undefined };
    wide.add(joined());
    const total = f.let(wide.total());
    return { value: narrow(element, total), wide: total };
  };
}
