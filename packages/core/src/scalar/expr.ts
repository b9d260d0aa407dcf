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

/** `expr` with every node for which `replace` gives another replaced, bottom up; what is shared stays shared. */
export function rewrite(expr: Expr, replace: (node: Expr) => Expr): Expr {
  const done = new Map<Expr, Expr>();
  const go = (node: Expr): Expr => {
    let result = done.get(node);
    if (result === undefined) {
      if (node.kind === 'apply') result = replace({ ...node, args: node.args.map(go) });
      else result = replace(node.kind === 'cast' ? { ...node, arg: go(node.arg) } : node);
      done.set(node, result);
    }
    return result;
  };
  return go(expr);
}

/** Calls `visitor` once for each node, arguments before what uses them. */
export function visit(expr: Expr, visitor: (node: Expr) => void): void {
  const seen = new Set<Expr>();
  const go = (node: Expr): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'apply') node.args.forEach(go);
    else if (node.kind === 'cast') go(node.arg);
    visitor(node);
  };
  go(expr);
}

/**
 * A text that is equal for equal expressions: what kernels are interned by, when they are made. Each different node is
 * written once and referred to by number, so a tree with shared parts stays short.
 */
export function exprKey(expr: Expr): string {
  const numbers = new Map<Expr, number>();
  const known = new Map<string, number>();
  visit(expr, (node) => {
    const text = nodeKey(node, numbers);
    const number = known.get(text) ?? known.size;
    known.set(text, number);
    numbers.set(node, number);
  });
  return [...known.keys()].join(';');
}

function nodeKey(node: Expr, numbers: ReadonlyMap<Expr, number>): string {
  switch (node.kind) {
    case 'load':
      return `x${node.input}:${node.stored}`;
    case 'param':
      return `p${node.param}:${node.dtype}`;
    case 'const':
      return Object.is(node.value, -0) ? `-0:${node.dtype}` : `${String(node.value)}:${node.dtype}`;
    case 'position':
      return `i:${node.dtype}`;
    case 'cast':
      return `${node.dtype}(${numbers.get(node.arg)})`;
    case 'apply':
      return `${node.op}(${node.args.map((arg) => numbers.get(arg)).join(',')})`;
  }
}
