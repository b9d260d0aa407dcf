import { type DType, isFloatingPoint } from '../dtype/index.ts';
import type { PrintElement } from './elements.ts';
import { pythonRepr } from './printf.ts';

/** Anything that {@link pythonStr} can show: a stand-in for a Python value. */
export type PythonValue =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | readonly PythonValue[]
  | ReadonlyMap<PythonValue, PythonValue>
  | { toString(): string };

/** A Python float, for whole numbers that should read `3.0` and not `3`. */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  toString(): string {
    return pythonRepr(this.value);
  }
}

/** A Python tuple: like a list, but in parentheses. */
export class PythonTuple {
  readonly items: readonly PythonValue[];

  constructor(...items: PythonValue[]) {
    this.items = items;
  }

  toString(): string {
    return this.items.length === 1 ? `(${repr(this.items[0])},)` : `(${this.items.map(repr).join(', ')})`;
  }
}

/**
 * Python's `str(value)`: `True`, `None`, `[1, 2]`. Arrays are lists, maps are dicts, whole numbers are ints,
 * and objects speak for themselves through `toString`.
 */
export function pythonStr(value: PythonValue): string {
  return typeof value === 'string' ? value : repr(value);
}

/** The line that Python's `print(...values)` writes, without its newline. */
export function pythonPrint(...values: PythonValue[]): string {
  return values.map(pythonStr).join(' ');
}

/** What `item()` of a tensor of this dtype prints as in Python: `0.10000000149011612`, `2`, `True`. */
export function formatScalarItem(value: PrintElement, dtype: DType): string {
  if (dtype === 'bool') return value ? 'True' : 'False';
  return isFloatingPoint(dtype) ? pythonRepr(Number(value)) : String(value);
}

/** Elements in lists as deep as their tensor had dimensions. */
export type NestedElements = PrintElement | readonly NestedElements[];

/** What `tolist()` of a tensor of this dtype prints as in Python: `[[1.0, 2.0]]`. */
export function formatNestedItems(value: NestedElements, dtype: DType): string {
  if (typeof value !== 'object') return formatScalarItem(value, dtype);
  return `[${value.map((item) => formatNestedItems(item, dtype)).join(', ')}]`;
}

/** A shape as PyTorch prints it: `torch.Size([2, 3])`. */
export function formatSize(shape: readonly number[]): string {
  return `torch.Size([${shape.join(', ')}])`;
}

/** A named result such as that of `max`, given the printed texts of its fields in order. */
export function formatReturnType(name: string, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([field, text]) => `${field}=${text}`);
  return `torch.return_types.${name}(\n${lines.join(',\n')})`;
}

function repr(value: PythonValue): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return isWhole(value) ? String(value) : pythonRepr(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (value instanceof Map) return `{${Array.from(value, pair).join(', ')}}`;
  return String(value);
}

function pair([key, value]: [PythonValue, PythonValue]): string {
  return `${repr(key)}: ${repr(value)}`;
}

/** Beyond this range, and for -0, a JavaScript number can only have been meant as a float. */
function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let quoted = mark;
  for (const char of text) quoted += char === mark ? `\\${mark}` : (escapes.get(char) ?? escapeControl(char));
  return quoted + mark;
}

function escapeControl(char: string): string {
  const code = char.codePointAt(0) as number;
  return code < 0x20 || (code >= 0x7f && code <= 0xa0) ? `\\x${code.toString(16).padStart(2, '0')}` : char;
}
