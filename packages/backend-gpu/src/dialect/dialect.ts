import type { Literal, ScalarOp, ShaderDType, ShaderTarget } from '@taimatsu/core/backend';

/** Writes a scalar operation's expression; `dtype` is that of its arguments. */
export type OpText = (dtype: ShaderDType, ...args: string[]) => string;

/** How a function that gpu.js passes on as it is, without translating it, is written for an executor. */
export interface Dialect {
  /** What {@link lower} is told about this dialect's arithmetic. */
  readonly target: ShaderTarget;
  /** Functions that the operations call. */
  readonly helpers: readonly NativeFunction[];
  /** How launch scalars that are floats arrive: as they are, or as their bits because uniforms cannot be trusted. */
  readonly floatParams: 'value' | 'bits';
  /** How running values `a` and `b` are put together where that can be done in more than float32. */
  readonly wide: Readonly<Record<'sum' | 'prod' | 'logaddexp', string>> | undefined;
  readonly ops: { readonly [K in ScalarOp]: OpText };
  /** The declaration of a variable that may be assigned again. */
  declare(type: ShaderDType, name: string, value: string): string;
  literal(value: Literal, dtype: ShaderDType): string;
  /** A float as a texture would give it back, which no compiler puts together with what comes after; where that can be written. */
  readonly asStored: ((value: string) => string) | undefined;
  /** The float that has these bits. */
  fromBits(bits: string): string;
  cast(value: string, from: ShaderDType, to: ShaderDType): string;
  /** Quotient of integers, truncated; the divisor is positive. */
  quotient(a: string, b: string): string;
  /** Runs `body` with integers from `from` up to `to`. */
  loop(variable: string, from: string, to: string, body: readonly string[]): string;
  /** The text of a function. */
  define(name: string, returns: ShaderDType, args: readonly Argument[], body: string): string;
}

/** An argument of a native function. */
export interface Argument {
  readonly name: string;
  readonly type: ShaderDType;
}

/** A function in the executor's own language. */
export interface NativeFunction {
  readonly name: string;
  readonly returns: ShaderDType | 'float32x4';
  readonly args: readonly Argument[];
  readonly source: string;
}

export const int = (name: string): Argument => ({ name, type: 'int32' });
export const float = (name: string): Argument => ({ name, type: 'float32' });

/** A native function written once for all dialects: `body` gets the dialect for what they write differently. */
export function native(
  dialect: Dialect,
  name: string,
  returns: ShaderDType,
  args: readonly Argument[],
  body: readonly string[],
): NativeFunction {
  return { name, returns, args, source: dialect.define(name, returns, args, body.join('\n')) };
}
