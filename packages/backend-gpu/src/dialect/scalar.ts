import { type DType, type Expr, lower, render, type ShaderDType, shaderDType } from '@taimatsu/core/backend';
import { withNarrowLiterals } from '../integers.ts';
import { type Argument, type Dialect, type NativeFunction, native } from './dialect.ts';

const parameter = (dtype: DType, dialect: Dialect): ShaderDType => {
  const own = shaderDType(dtype);
  return own === 'float32' && dialect.floatParams === 'value' ? 'float32' : 'int32';
};

/** The arguments that launch scalars of these dtypes become. */
export function scalarArguments(params: readonly DType[], dialect: Dialect): readonly Argument[] {
  return params.map((dtype, i) => ({ name: `p${i}`, type: parameter(dtype, dialect) }));
}

/**
 * A scalar expression as a function of texels: `x0…` as float arguments, `p0…` as launch scalars, and `at`, the position,
 * when `positional`. It returns the texel that stores the result.
 */
export function scalarFunction(
  dialect: Dialect,
  name: string,
  body: Expr,
  inputs: number,
  params: readonly DType[],
  positional = false,
  returns: 'float32' | 'bool' = 'float32',
): NativeFunction {
  const lines: string[] = [];
  const named = (value: string, dtype: ShaderDType): string => {
    const name = `t${lines.length}`;
    lines.push(dialect.declare(dtype, name, value));
    return name;
  };
  const lowered = lower(withNarrowLiterals(body), dialect.target);
  const { ops } = dialect;
  const value = render<string>(lowered, {
    load: (input, stored) => {
      const own = shaderDType(stored);
      return own === 'float32' ? `x${input}` : named(dialect.cast(`x${input}`, 'float32', own), own);
    },
    param: (index, dtype) => {
      const own = shaderDType(dtype);
      if (own === 'float32')
        return dialect.floatParams === 'bits' ? dialect.fromBits(`p${index}`) : `p${index}`;
      return own === 'bool' ? dialect.cast(`p${index}`, 'int32', 'bool') : `p${index}`;
    },
    literal: (literal, dtype) => dialect.literal(literal, dtype as ShaderDType),
    position: () => 'at',
    cast: (arg, from, to) =>
      named(dialect.cast(arg, from as ShaderDType, to as ShaderDType), to as ShaderDType),
    ops: Object.fromEntries(
      Object.entries(ops).map(([op, text]) => [
        op,
        (dtype: DType, ...args: string[]) =>
          named(text(dtype as ShaderDType, ...args), isTest(op) ? 'bool' : (dtype as ShaderDType)),
      ]),
    ) as never,
  });
  const args: Argument[] = Array.from({ length: inputs }, (_, i) => ({ name: `x${i}`, type: 'float32' }));
  args.push(...scalarArguments(params, dialect));
  if (positional) args.push({ name: 'at', type: 'int32' });
  lines.push(`return ${dialect.cast(value, lowered.dtype as ShaderDType, returns)};`);
  return native(dialect, name, returns, args, lines);
}

/** A test of two texels as a function that returns a truth value. */
export function testFunction(dialect: Dialect, name: string, body: Expr): NativeFunction {
  return scalarFunction(dialect, name, body, 2, [], false, 'bool');
}

const tests: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'isnan', 'signbit']);

function isTest(op: string): boolean {
  return tests.has(op);
}
