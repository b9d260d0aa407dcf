import {
  type DType,
  type EmitTable,
  type Expr,
  floatMath,
  type Literal,
  referenceOp,
  render,
  type ScalarOp,
  scalarOps,
  toInt32,
  toInt64,
} from '@taimatsu/core/backend';
import type { Code } from './code.ts';
import { opTexts } from './ops.ts';

/** An expression as text: statements that name its parts, and its value. */
export interface ExpressionText {
  readonly statements: string;
  readonly value: string;
}

/** Where an expression finds what it reads. */
export interface Places {
  /** Text of input number `input`'s value. */
  load(input: number, stored: DType): string;
  /** Text of the element's position, a number. */
  readonly position?: string;
  /** Begins the names of the expression's parts. */
  readonly prefix?: string;
}

/** `root` as JavaScript; scalars are read from `p0`, `p1`, … */
export function expressionText(code: Code, root: Expr, places: Places): ExpressionText {
  const lines: string[] = [];
  const loads = new Map<number, string>();
  const prefix = places.prefix ?? 't';
  const named = (value: string): string => {
    const name = `${prefix}${lines.length}`;
    lines.push(`const ${name} = ${value};`);
    return name;
  };
  const value = render<string>(root, {
    load: (input, stored) => {
      const known = loads.get(input) ?? named(places.load(input, stored));
      loads.set(input, known);
      return known;
    },
    param: (index) => `p${index}`,
    literal: literalText,
    position: (dtype) => (dtype === 'int64' ? `BigInt(${places.position})` : `${places.position}`),
    cast: (text, from, to) => named(castText(code, text, from, to)),
    ops: Object.fromEntries(
      (Object.keys(scalarOps) as ScalarOp[]).map((op) => [
        op,
        (dtype: DType, ...args: string[]) => named(applyText(code, op, dtype, args)),
      ]),
    ) as EmitTable<string>['ops'],
  });
  return { statements: lines.join(' '), value };
}

/** Statements that name the launch scalars an expression reads `p0`, `p1`, … */
export function paramsText(params: readonly DType[]): string {
  return params.map((dtype, i) => `const p${i} = ${paramText(dtype, `params[${i}]`)};`).join('\n');
}

function paramText(dtype: DType, text: string): string {
  if (dtype === 'bool') return `Boolean(${text})`;
  if (dtype === 'int64') return `BigInt(${text})`;
  return dtype === 'float32' ? `Math.fround(${text})` : `Number(${text})`;
}

/** A literal as JavaScript has it. */
export function literalText(value: Literal): string {
  if (typeof value === 'bigint') return value < 0n ? `(${value}n)` : `${value}n`;
  if (typeof value === 'boolean') return String(value);
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : String(value);
}

/** Text for `op` on named values, wrapped or rounded to `dtype`. */
export function applyText(code: Code, op: ScalarOp, dtype: DType, args: readonly string[]): string {
  const texts = opTexts[op];
  const text = dtype === 'bool' ? texts.bool : texts[classOf(dtype)];
  if (text === undefined) return referenceText(code, op, dtype, args);
  const filled = text.replace(/\$([abc])/g, (_, letter: string) => args[letter.charCodeAt(0) - 97]!);
  return scalarOps[op].signature === 'map' ? wrapText(filled, dtype) : filled;
}

function referenceText(code: Code, op: ScalarOp, dtype: DType, args: readonly string[]): string {
  const direct = classOf(dtype) === 'float' && op !== 'nextafter' ? floatMath.floatOps[op] : undefined;
  if (direct === undefined)
    return `${code.use(`${op}_${dtype}`, referenceOp(op, dtype))}(${args.join(', ')})`;
  const call = `${code.use(op, direct)}(${args.join(', ')})`;
  return scalarOps[op].signature === 'map' ? wrapText(call, dtype) : call;
}

function classOf(dtype: DType): 'float' | 'int' | 'big' {
  if (dtype === 'int64') return 'big';
  return dtype === 'float32' || dtype === 'float64' ? 'float' : 'int';
}

/** Text that brings the result of an operation back into `dtype`. */
export function wrapText(text: string, dtype: DType): string {
  switch (dtype) {
    case 'float32':
      return `Math.fround(${text})`;
    case 'int64':
      return `BigInt.asIntN(64, ${text})`;
    case 'uint8':
      return `(${text}) & 255`;
    case 'int8':
      return `(${text}) << 24 >> 24`;
    case 'int16':
      return `(${text}) << 16 >> 16`;
    case 'int32':
      return `(${text}) | 0`;
    default:
      return text;
  }
}

/** Text that converts a value between two arithmetic dtypes. */
export function castText(code: Code, text: string, from: DType, to: DType): string {
  const float = from === 'float32' || from === 'float64';
  if (to === 'bool') return `${text} !== ${from === 'int64' ? '0n' : '0'}`;
  if (to === 'int64') {
    if (float) return `${code.use('toInt64', toInt64)}(${text})`;
    return from === 'bool' ? `${text} ? 1n : 0n` : `BigInt(${text})`;
  }
  const small = to !== 'float32' && to !== 'float64';
  if (from === 'int64') return wrapText(`Number(${small ? `BigInt.asIntN(32, ${text})` : text})`, to);
  if (from === 'bool') return `${text} ? 1 : 0`;
  // Bytes without sign wrap as 64 bits would.
  const saturates = small && float && to !== 'uint8';
  return wrapText(saturates ? `${code.use('toInt32', toInt32)}(${text})` : text, to);
}
