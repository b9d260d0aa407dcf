import {
  type DType,
  fromBFloat16Bits,
  fromFloat16Bits,
  toBFloat16Bits,
  toFloat16Bits,
} from '@taimatsu/core/backend';
import type { Code } from './code.ts';

const tables: { [dtype: string]: Float32Array } = {};

/** The value of every pattern of 16 bits. */
function halfTable(dtype: 'float16' | 'bfloat16'): Float32Array {
  const known = tables[dtype];
  if (known !== undefined) return known;
  const convert = dtype === 'float16' ? fromFloat16Bits : fromBFloat16Bits;
  const table = Float32Array.from({ length: 65536 }, (_, bits) => convert(bits));
  tables[dtype] = table;
  return table;
}

/** Text for the value of `array[index]`, stored as `dtype`, in the form its arithmetic has. */
export function loadText(code: Code, dtype: DType, array: string, index: string): string {
  const element = `${array}[${index}]`;
  if (dtype === 'bool') return `(${element} !== 0)`;
  if (dtype === 'float16' || dtype === 'bfloat16') {
    return `${code.use(`${dtype}Values`, halfTable(dtype))}[${element}]`;
  }
  return element;
}

/** Text that stores `value` to `array[index]` as `dtype`. */
export function storeText(code: Code, dtype: DType, array: string, index: string, value: string): string {
  const element = `${array}[${index}]`;
  if (dtype === 'bool') return `${element} = ${value} ? 1 : 0;`;
  if (dtype === 'float16') return `${element} = ${code.use('toFloat16Bits', toFloat16Bits)}(${value});`;
  if (dtype === 'bfloat16') return `${element} = ${code.use('toBFloat16Bits', toBFloat16Bits)}(${value});`;
  return `${element} = ${value};`;
}
