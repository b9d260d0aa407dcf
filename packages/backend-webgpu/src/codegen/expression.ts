import {
  type DType,
  type EmitTable,
  type Expr,
  type Literal,
  lower,
  render,
  shaderLiteral,
} from '@taimatsu/core/backend';
import { ops } from './ops.ts';
import { fromWord, literalText, valueType } from './types.ts';
import type { WordNames, Words } from './words.ts';

/** An expression as a WGSL function. */
export interface ExpressionText {
  /** The inputs that it reads, in order: its arguments, words named `x0`, `x3`, …, after the position `i`. */
  readonly reads: readonly number[];
  readonly text: string;
}

/** What an expression needs besides its inputs. */
export interface ExpressionOptions {
  readonly name: string;
  readonly names: WordNames;
  readonly params: readonly DType[];
}

/**
 * `fn name(i: i32, x0: …) -> …`, the value of `body` before it is stored. Launch scalars are words of `names`, of which
 * each call takes one for each of `params`.
 */
export function expressionFunction(body: Expr, { name, names, params }: ExpressionOptions): ExpressionText {
  const root = lower(body);
  const stored = loadsOf(root);
  const reads = [...stored.keys()].sort((a, b) => a - b);
  const scalars = params.map((dtype) => (valueType(dtype) === 'f32' ? names.float() : names.int()));
  const lines: string[] = [];
  const table: EmitTable<string> = {
    load: (input, dtype) => fromWord(`x${input}`, dtype),
    param: (index, dtype) => fromWord(scalars[index]!, dtype),
    literal: literalText,
    position: () => 'i',
    cast: (value, from, to) => castTo(value, from, to, valueType(to)),
    ops,
    share: (value) => {
      const variable = `v${lines.length}`;
      lines.push(`let ${variable} = ${value};`);
      return variable;
    },
  };
  const value = render(root, table);
  const list = ['i: i32', ...reads.map((input) => `x${input}: ${argumentType(stored.get(input)!)}`)].join(
    ', ',
  );
  const text = `fn ${name}(${list}) -> ${valueType(root.dtype)} {\n  ${[...lines, `return ${value};`].join('\n  ')}\n}`;
  return { reads, text };
}

/** What an input's words are as an argument. */
export const argumentType = (stored: DType): string => (valueType(stored) === 'f32' ? 'f32' : 'i32');

/** A value of one dtype as one of another, which WGSL calls `type`. */
export function castTo(value: string, from: DType, to: DType, type: string): string {
  if (from === to) return value;
  if (from !== 'bool') return `${type}(${value})`;
  return `select(${type}(0), ${type}(1), ${value})`;
}

/** The inputs that an expression loads, and the dtypes that they are stored in. */
export function loadsOf(root: Expr): Map<number, DType> {
  const stored = new Map<number, DType>();
  visitOnce(root, (node) => {
    if (node.kind === 'load') stored.set(node.input, node.stored);
  });
  return stored;
}

/** Visits each node once, arguments first. */
export function visitOnce(root: Expr, visitor: (node: Expr) => void): void {
  const seen = new Set<Expr>();
  const go = (node: Expr): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'apply') for (const arg of node.args) go(arg);
    else if (node.kind === 'cast') go(node.arg);
    visitor(node);
  };
  go(root);
}

/** Appends a launch scalar in the form that {@link expressionFunction} reads. */
export function pushScalar(words: Words, dtype: DType, value: Literal = 0): void {
  if (valueType(dtype) === 'f32') words.float(Number(value));
  else words.int(Number(shaderLiteral(value)));
}

/** As {@link pushScalar}, for several. */
export function pushScalars(words: Words, dtypes: readonly DType[], params: readonly Literal[]): void {
  dtypes.forEach((dtype, i) => {
    pushScalar(words, dtype, params[i]);
  });
}
