import type { DType } from '../../dtype/index.ts';
import { invariant } from '../../errors/index.ts';
import type { Literal } from '../expr.ts';
import type { ScalarKernel } from '../kernel.ts';
import { type EmitTable, render } from '../render.ts';
import { type ScalarOp, scalarOps } from '../vocabulary.ts';
import { bigintOps } from './bigint.ts';
import { boolOps } from './bool.ts';
import { castValue, wrapInt } from './cast.ts';
import { floatOps, nextafter32 } from './float.ts';
import { intOps } from './int.ts';

/** The values one evaluation sees: the element of each input, the launch scalars, and the position. */
export interface Environment {
  readonly loads: readonly Literal[];
  readonly params: readonly Literal[];
  readonly position: number;
}

type Fn = (a: never, b: never) => Literal;

/** The meaning of `op` on arguments of `dtype`: the definition that every backend is held to. */
export function referenceOp(op: ScalarOp, dtype: DType): (a: Literal, b: Literal, c: Literal) => Literal {
  if (op === 'where') return (condition, a, b) => (condition ? a : b);
  const raw = rawOp(op, dtype);
  invariant(raw !== undefined, `${op} is not defined for ${dtype}`);
  const fn = raw as (a: Literal, b: Literal) => Literal;
  if (scalarOps[op].signature === 'compare' || dtype === 'bool' || dtype === 'float64') return fn;
  if (dtype === 'float32') return (a, b) => Math.fround(fn(a, b) as number);
  if (dtype === 'int64') return (a, b) => BigInt.asIntN(64, fn(a, b) as bigint);
  return (a, b) => wrapInt(fn(a, b) as number, dtype);
}

function rawOp(op: ScalarOp, dtype: DType): Fn | undefined {
  if (dtype === 'bool') return boolOps[op] as Fn | undefined;
  if (dtype === 'int64') return bigintOps[op] as Fn | undefined;
  if (dtype === 'float32' && op === 'nextafter') return nextafter32 as Fn;
  if (dtype === 'float32' || dtype === 'float64') return floatOps[op] as Fn | undefined;
  return intOps[op] as Fn | undefined;
}

type Closure = (env: Environment) => Literal;

const closures: EmitTable<Closure> = {
  load: (input) => (env) => env.loads[input] as Literal,
  param: (index) => (env) => env.params[index] as Literal,
  literal: (value) => () => value,
  position: (dtype) => (dtype === 'int64' ? (env) => BigInt(env.position) : (env) => env.position),
  cast: (value, from, to) => (env) => castValue(value(env), from, to),
  ops: Object.fromEntries(
    (Object.keys(scalarOps) as ScalarOp[]).map((op) => [
      op,
      (dtype: DType, a: Closure, b?: Closure, c?: Closure): Closure => {
        const fn = referenceOp(op, dtype);
        if (c !== undefined && b !== undefined) return (env) => fn(a(env), b(env), c(env));
        if (b !== undefined) return (env) => fn(a(env), b(env), 0);
        return (env) => fn(a(env), 0, 0);
      },
    ]),
  ) as unknown as EmitTable<Closure>['ops'],
};

/**
 * A kernel as a function of one element's values: loads in arithmetic form (float16 already as a number), result
 * in the arithmetic dtype of the kernel's output, not yet rounded to its storage.
 */
export function interpret(kernel: ScalarKernel): (env: Environment) => Literal {
  return render(kernel.body, closures);
}
