import type { ReduceKernel } from '@taimatsu/core/backend';
import {
  type Expr,
  type FunctionBuilder,
  f32x4,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  type Local,
  type Module,
  v128,
} from '../asm/index.ts';
import { blockRows, type Reducer, type ReduceSpec, reducer } from '../kernels/reduce/spec.ts';
import { wideSum } from '../kernels/reduce/wide.ts';
import { scalarType } from './family.ts';
import { INNER, nest } from './nest.ts';
import { operandsRead } from './operands.ts';

type V = Expr<'v128'>;
type I = Expr<'i32'>;

/** How far apart the windows of neighbouring results are, in elements. */
export type WindowStep = 1 | 2 | 'any';

/** The most elements of a window, and of any one float sum here. */
export const LARGEST_WINDOW: number = blockRows;

/** The results of some lanes under way. */
interface WindowState {
  clear(): void;
  add(value: Local<'v128'>): void;
  /** Stores the results of all lanes, or of lane 0 alone. */
  store(to: I, whole: boolean, params: readonly Local[]): void;
}

/** What a reduction of windows does in lanes. */
export interface WindowKernel {
  readonly reducer: Reducer;
  /** Bytes of a result. */
  readonly outBytes: number;
  readonly params: ReduceKernel['params'];
  map(f: FunctionBuilder, value: Local<'v128'>, params: readonly Local[]): V;
  start(f: FunctionBuilder): WindowState;
}

/** From the lanes of an ordinary reduction of one operand. */
export function combinedWindows(kernel: ReduceKernel, spec: ReduceSpec): WindowKernel {
  const r = reducer(spec);
  return {
    reducer: r,
    outBytes: r.bytes,
    params: kernel.params,
    map: (f, value, params) => spec.map!(f, [value], params),
    start: (f) => {
      const sum = f.local('v128');
      const wide = r.cascade ? wideSum(f, spec.element === 'f64' ? 'f64' : 'f32') : undefined;
      return {
        clear: () => {
          f.set(sum, r.identity);
          wide?.clear();
        },
        add: (value) => f.set(sum, r.combine(sum, value)),
        store: (to, whole, params) => {
          wide?.add(sum);
          const total = wide === undefined ? sum : f.let(wide.lanes());
          const result = f.let(spec.post!(f, total, params));
          f.do(whole ? v128.store(to, result) : r.store1(to, result));
        },
      };
    },
  };
}

/** The first extreme's place in each window of floats; the first NaN beats everything. Undefined for others. */
export function placeWindows({ combine, pre, post, params, inputs }: ReduceKernel): WindowKernel | undefined {
  if (combine !== 'argmax' && combine !== 'argmin') return undefined;
  if (post.kind !== 'load' || pre.kind !== 'load' || inputs[0] !== pre.dtype) return undefined;
  if (pre.dtype !== 'float32' && pre.dtype !== 'float64') return undefined;
  const double = pre.dtype === 'float64';
  const [float, int] = double ? [f64x2, i64x2] : [f32x4, i32x4];
  const beats = combine === 'argmax' ? float.gt : float.lt;
  const one = double ? i64x2.splat(1n) : i32x4.splat(1);
  return {
    reducer: reducer({ element: double ? 'f64' : 'f32', combine: combine === 'argmax' ? 'max' : 'min' }),
    outBytes: 8,
    params,
    map: (_, value) => value,
    start: (f) => {
      const [best, found, at] = [f.local('v128'), f.local('v128'), f.local('v128')];
      return {
        clear: () => {
          f.set(best, float.splat(combine === 'argmax' ? -Infinity : Infinity));
          f.set(found, v128.zero);
          f.set(at, v128.zero);
        },
        add: (value) => {
          const better = v128.or(beats(value, best), float.ne(value, value));
          const mask = f.let(v128.and(better, float.eq(best, best)));
          f.set(best, v128.bitselect(value, best, mask));
          f.set(found, v128.bitselect(at, found, mask));
          f.set(at, int.add(at, one));
        },
        store: (to, whole) => {
          if (!whole) {
            const place = double ? i64x2.extract(found, 0) : i64.extend_i32_u(i32x4.extract(found, 0));
            f.do(i64.store(to, place));
          } else if (double) f.do(v128.store(to, found));
          else {
            f.do(v128.store(to, i64x2.extend_low_i32x4_u(found)));
            f.do(v128.store(to, i64x2.extend_high_i32x4_u(found), 16));
          }
        },
      };
    },
  };
}

/**
 * Reduces small windows of one operand, several neighbouring results at once. The outer loops are described in memory,
 * the results contiguous along the last of them; at `INNER` is a table of where the elements of a window are, in bytes.
 * Parameters: the descriptor's address, elements of a window, then the launch scalars.
 */
export function defineWindows(module: Module, kernel: WindowKernel, step: WindowStep): void {
  const { reducer: r, outBytes } = kernel;
  const types = ['i32' as const, 'i32' as const, ...kernel.params.map(scalarType)];
  module.func('run', types as readonly 'i32'[], 'void', (f, descriptor, count, ...params) => {
    const end = f.let(i32.add(INNER, i32.mul(count, 4)));
    const { site, run } = nest(f, descriptor, 2);
    const [to, from, left, tap] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
    const state = kernel.start(f);
    const apart = site.strides[1]!;
    const strip = (lanes: number, load: (address: Local<'i32'>) => V): void => {
      f.while(i32.ge_u(left, lanes), () => {
        state.clear();
        f.set(tap, INNER);
        f.walk(tap, end, 4, () => {
          const value = f.let(load(f.let(i32.add(from, i32.load(tap)))));
          state.add(f.let(kernel.map(f, value, params)));
        });
        state.store(to, lanes > 1, params);
        f.set(to, i32.add(to, lanes * outBytes));
        f.set(from, i32.add(from, i32.mul(apart, lanes)));
        f.set(left, i32.sub(left, lanes));
      });
    };
    run(() => {
      f.set(to, site.pointers[0]!);
      f.set(from, site.pointers[1]!);
      f.set(left, site.length);
      strip(r.width, (address) => gather(f, r, step, address, apart));
      strip(1, (address) => r.load1(address));
    });
  });
}

/** Elements a step apart; never reads past the last of them. */
function gather(f: FunctionBuilder, r: Reducer, step: WindowStep, address: Local<'i32'>, apart: I): V {
  if (step === 1) return v128.load(address);
  if (r.bytes === 8) {
    const low = v128.load64_zero(address);
    return v128.load64_lane(
      step === 2 ? address : f.let(i32.add(address, apart)),
      low,
      1,
      step === 2 ? 16 : 0,
    );
  }
  if (step === 2) return v128.shuffle32(v128.load(address), v128.load(address, 12), [0, 2, 5, 7]);
  let at: Local<'i32'> = address;
  let value: V = v128.load32_zero(at);
  for (let lane = 1; lane < 4; lane++) {
    at = f.let(i32.add(at, apart));
    value = f.let(v128.load32_lane(at, value, lane));
  }
  return value;
}

/** Kernels of windows have one operand, and results that lanes can store. */
export function windowKernel(kernel: ReduceKernel, spec: ReduceSpec | undefined): WindowKernel | undefined {
  if (kernel.inputs.length !== 1 || operandsRead(kernel.pre).length !== 1) return undefined;
  return spec === undefined ? placeWindows(kernel) : combinedWindows(kernel, spec);
}
