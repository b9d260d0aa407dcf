import type { Combine, DType, ReduceKernel } from '@taimatsu/core/backend';
import { type Expr, f64, i32, i64, type Local, type Module, select } from '../asm/index.ts';
import type { ReduceElement, ReduceSpec } from '../kernels/reduce/index.ts';
import { itemsize, loadValue, storeValue } from './access.ts';
import { emitExpression } from './expression.ts';
import { type Family, type FamilyName, family, familyFor, scalarType } from './family.ts';
import { identityOf } from './identity.ts';
import { nest } from './nest.ts';
import { operandsRead } from './operands.ts';

const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';
const isArg = (combine: Combine): combine is 'argmax' | 'argmin' =>
  combine === 'argmax' || combine === 'argmin';

const elements: { readonly [dtype: string]: ReduceElement } = {
  float32: 'f32',
  float64: 'f64',
  int32: 'i32',
  int64: 'i64',
};

/** The reduction in lanes, where every operand has a lane's size; undefined where it cannot be. */
export function laneSpec(kernel: ReduceKernel): ReduceSpec | undefined {
  const { combine, pre, post, output, params } = kernel;
  const element = elements[pre.dtype];
  if (isArg(combine) || element === undefined) return undefined;
  const read = operandsRead(pre);
  const stored = read.map((i) => kernel.inputs[i]!);
  const name: FamilyName = familyFor([pre, post], [output, ...stored, pre.dtype]);
  const bytes = element === 'f32' || element === 'i32' ? 4 : 8;
  if (name !== (bytes === 4 ? 'quad' : 'pair') || read.length === 0) return undefined;
  if ([output, ...stored].some((dtype) => itemsize(dtype) !== bytes)) return undefined;
  return {
    element,
    combine,
    inputs: read.length,
    params: params.map(scalarType),
    map: (f, inputs, args) =>
      emitExpression(family(name, f), pre, {
        load: (input) => inputs[read.indexOf(input)]!,
        params: args,
      }) as Expr<'v128'>,
    post: (f, result, args) =>
      emitExpression(family(name, f), post, { load: () => result, params: args }) as Expr<'v128'>,
  };
}

/** How elements are put together one by one. */
interface Accumulator {
  clear(): void;
  add(value: Expr): void;
  /** The combined value in the dtype that `post` reads. */
  result(): Expr;
}

/** Any reduction, one element after another. Parameters: both descriptors' addresses, then the launch scalars. */
export function defineReduce(module: Module, kernel: ReduceKernel): void {
  const { pre, post, output, inputs } = kernel;
  const read = operandsRead(pre);
  const types = ['i32', 'i32', ...kernel.params.map(scalarType)] as readonly 'i32'[];
  module.func('run', types, 'void', (f, ...all) => {
    const [around, within, ...params] = all as [Local<'i32'>, Local<'i32'>, ...Local<'i32'>[]];
    const fam = family('scalar', f);
    const outer = nest(f, around, 1 + read.length);
    const inner = nest(f, within, read.length);
    const at = read.map(() => f.local('i32'));
    const left = f.local('i32');
    const sum = accumulator(fam, kernel);
    outer.run(() => {
      sum.clear();
      inner.run(() => {
        at.forEach((one, i) => {
          f.set(one, inner.site.pointers[i]!);
        });
        f.set(left, inner.site.length);
        f.while(left, () => {
          const value = emitExpression(fam, pre, {
            load: (input) => {
              const one = at[read.indexOf(input)]!;
              return loadValue(fam, inputs[input]!, 'unit', one, one);
            },
            params,
          });
          sum.add(f.let(value));
          at.forEach((one, i) => {
            f.set(one, i32.add(one, inner.site.strides[i]!));
          });
          f.set(left, i32.sub(left, 1));
        });
      }, outer.site.pointers.slice(1));
      const combined = f.let(sum.result());
      const value = emitExpression(fam, post, { load: () => combined, params });
      storeValue(fam, output, 'unit', outer.site.pointers[0]!, f.let(value), i32.const(0));
    });
  });
}

function accumulator(fam: Family, { combine, pre }: ReduceKernel): Accumulator {
  const { dtype } = pre;
  if (isArg(combine)) return positionOf(fam, combine === 'argmax', dtype);
  if (combine === 'sum' && isFloat(dtype)) return floatSum(fam, dtype);
  return stepwise(fam, combine, dtype);
}

function stepwise(fam: Family, combine: 'sum' | 'prod' | 'max' | 'min', dtype: DType): Accumulator {
  const { f } = fam;
  // Products of float32 go on in double precision.
  const wide = dtype === 'float32' && combine === 'prod' ? 'float64' : dtype;
  const op = combine === 'sum' ? 'add' : combine === 'prod' ? 'mul' : combine;
  const bool = combine === 'sum' || combine === 'max' ? 'or' : 'and';
  const state = f.local(scalarType(wide));
  return {
    clear: () => f.set(state, fam.literal(identityOf(combine, wide), wide)),
    add: (value) => {
      const x = f.let(fam.cast(value, dtype, wide));
      f.set(state, fam.apply(dtype === 'bool' ? bool : op, wide, [state, x]));
    },
    result: () => fam.cast(state, wide, dtype),
  };
}

/** In double precision; of doubles, with what each addition loses. */
function floatSum({ f }: Family, dtype: DType): Accumulator {
  const sum = f.local('f64');
  const lost = f.local('f64');
  const clear = (): void => {
    f.set(sum, 0);
    f.set(lost, 0);
  };
  if (dtype === 'float32') {
    const fam = family('scalar', f);
    return {
      clear,
      add: (value) => f.set(sum, f64.add(sum, fam.cast(value, 'float32', 'float64') as Expr<'f64'>)),
      result: () => fam.cast(sum, 'float64', 'float32'),
    };
  }
  return {
    clear,
    add: (value) => {
      const x = value as Local<'f64'>;
      const next = f.let(f64.add(sum, x));
      const part = f.let(f64.sub(next, sum));
      f.set(lost, f64.add(lost, f64.add(f64.sub(sum, f64.sub(next, part)), f64.sub(x, part))));
      f.set(sum, next);
    },
    result: () => select(f64.lt(f64.abs(sum), Infinity), f64.add(sum, lost), sum),
  };
}

/** The place of the first extreme; the first NaN beats everything. */
function positionOf(fam: Family, max: boolean, dtype: DType): Accumulator {
  const { f } = fam;
  const best = f.local(scalarType(dtype));
  const found = f.local('i32');
  const at = f.local('i32');
  return {
    clear: () => {
      f.set(best, fam.literal(identityOf(max ? 'max' : 'min', dtype), dtype));
      f.set(found, 0);
      f.set(at, 0);
    },
    add: (value) => {
      const [low, high] = max ? [value, best] : [best, value];
      const worse = fam.apply('le', dtype, [low, high]) as Expr<'i32'>;
      const beats = i32.eqz(worse);
      const better = isFloat(dtype)
        ? i32.and(beats, fam.apply('eq', dtype, [best, best]) as Expr<'i32'>)
        : beats;
      f.if(better, () => {
        f.set(best, value);
        f.set(found, at);
      });
      f.set(at, i32.add(at, 1));
    },
    result: () => i64.extend_i32_u(found),
  };
}
