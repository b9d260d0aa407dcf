import { type DType, dtypeInfo } from '../dtype/index.ts';
import { invariant } from '../errors/index.ts';
import { type ScalarOp, scalarOps } from './vocabulary.ts';

/** A literal of an expression, in the form its dtype has in JavaScript. */
export type Literal = number | bigint | boolean;

/**
 * What happens to one element, as a typed tree.
 *
 * Every node's `dtype` is one in which arithmetic is done, so never float16 or bfloat16: a `load` of those
 * yields float32, and the result is rounded to the kernel's output dtype once, when it is stored.
 */
export type Expr = Load | Param | Const | Position | Apply | Cast;

/** The element of input number `input`, stored as `stored`. */
export interface Load {
  readonly kind: 'load';
  readonly dtype: DType;
  readonly stored: DType;
  readonly input: number;
}

/** A scalar that is given anew with every launch. */
export interface Param {
  readonly kind: 'param';
  readonly dtype: DType;
  readonly param: number;
}

/** A literal that is part of the kernel. */
export interface Const {
  readonly kind: 'const';
  readonly dtype: DType;
  readonly value: Literal;
}

/** The row-major position of the element within the launch, an int32 or int64. */
export interface Position {
  readonly kind: 'position';
  readonly dtype: DType;
}

/** A scalar operation on the values of other nodes. */
export interface Apply {
  readonly kind: 'apply';
  readonly dtype: DType;
  readonly op: ScalarOp;
  readonly args: readonly Expr[];
}

/** Conversion as C does it: truncation toward zero, wrap-around between integers, nonzero for bool. */
export interface Cast {
  readonly kind: 'cast';
  readonly dtype: DType;
  readonly arg: Expr;
}

/** Reads input number `input`. */
export function load(input: number, stored: DType): Load {
  return { kind: 'load', dtype: dtypeInfo[stored].compute, stored, input };
}

/** Reads launch scalar number `param`. */
export function param(index: number, dtype: DType): Param {
  return { kind: 'param', dtype: dtypeInfo[dtype].compute, param: index };
}

/** A literal of a given dtype. */
export function literal(value: Literal, dtype: DType): Const {
  const compute = dtypeInfo[dtype].compute;
  return { kind: 'const', dtype: compute, value: literalFor(value, compute) };
}

function literalFor(value: Literal, dtype: DType): Literal {
  if (dtype === 'bool') return Boolean(value);
  if (dtype === 'int64') return BigInt(value);
  return dtype === 'float32' ? Math.fround(Number(value)) : Number(value);
}

/** The row-major position of the element. */
export function position(dtype: 'int32' | 'int64'): Position {
  return { kind: 'position', dtype };
}

/** `arg` converted to `dtype`'s arithmetic; nothing where it has it already. */
export function cast(arg: Expr, dtype: DType): Expr {
  const compute = dtypeInfo[dtype].compute;
  return arg.dtype === compute ? arg : { kind: 'cast', dtype: compute, arg };
}

/** Applies a scalar operation; numbers among the arguments take the dtype of the others. */
export function apply(op: ScalarOp, operands: readonly (Expr | number)[]): Apply {
  const { arity, signature } = scalarOps[op];
  invariant(operands.length === arity, `${op} takes ${arity} arguments`);
  const values = signature === 'select' ? operands.slice(1) : operands;
  const typed = values.find((x): x is Expr => typeof x !== 'number');
  invariant(typed !== undefined, `${op} needs an argument that is not a number`);
  const { dtype } = typed;
  const args = operands.map((x) => (typeof x === 'number' ? literal(x, dtype) : x));
  for (const arg of signature === 'select' ? args.slice(1) : args) {
    invariant(arg.dtype === dtype, `${op} mixes ${dtype} and ${arg.dtype}`);
  }
  return { kind: 'apply', dtype: signature === 'compare' ? 'bool' : dtype, op, args };
}

/** `expr` with every node for which `replace` gives another replaced, bottom up. */
export function rewrite(expr: Expr, replace: (node: Expr) => Expr): Expr {
  if (expr.kind === 'apply') {
    return replace({ ...expr, args: expr.args.map((arg) => rewrite(arg, replace)) });
  }
  return replace(expr.kind === 'cast' ? { ...expr, arg: rewrite(expr.arg, replace) } : expr);
}

/** Calls `visit` for each node, arguments before what uses them. */
export function visit(expr: Expr, visitor: (node: Expr) => void): void {
  if (expr.kind === 'apply') for (const arg of expr.args) visit(arg, visitor);
  else if (expr.kind === 'cast') visit(expr.arg, visitor);
  visitor(expr);
}

/** A text that is equal for equal expressions: what kernels are interned by, when they are made. */
export function exprKey(expr: Expr): string {
  switch (expr.kind) {
    case 'load':
      return `x${expr.input}:${expr.stored}`;
    case 'param':
      return `p${expr.param}:${expr.dtype}`;
    case 'const':
      return Object.is(expr.value, -0) ? `-0:${expr.dtype}` : `${String(expr.value)}:${expr.dtype}`;
    case 'position':
      return `i:${expr.dtype}`;
    case 'cast':
      return `${expr.dtype}(${exprKey(expr.arg)})`;
    case 'apply':
      return `${expr.op}(${expr.args.map(exprKey).join(',')})`;
  }
}
