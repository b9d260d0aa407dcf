import { type DType, dtypeInfo, type Literal, type ShaderDType, shaderDType } from '@taimatsu/core/backend';

/** What a buffer's 32-bit words are seen as. */
export type WordType = 'f32' | 'i32';

/** How elements of a dtype are held: one word each. */
export function wordType(dtype: DType): WordType {
  return dtypeInfo[dtype].category === 'float' ? 'f32' : 'i32';
}

const names: Readonly<Record<ShaderDType, string>> = { bool: 'bool', int32: 'i32', float32: 'f32' };

/** The type that a dtype's arithmetic has in WGSL. */
export function valueType(dtype: DType): string {
  return names[shaderDType(dtype)];
}

/** A word read from a buffer as a value. */
export function fromWord(word: string, dtype: DType): string {
  return dtype === 'bool' ? `(${word} != 0)` : word;
}

/** A value as the word that a buffer of `dtype` holds: halves are rounded, truth is 0 or 1. */
export function toWord(value: string, dtype: DType): string {
  switch (dtype) {
    case 'bool':
      return `select(0, 1, ${value})`;
    case 'float16':
      return `round_f16(${value})`;
    case 'bfloat16':
      return `round_bf16(${value})`;
    default:
      return value;
  }
}

/** A literal as WGSL writes it. */
export function literalText(value: Literal, dtype: DType): string {
  if (dtype === 'bool') return value ? 'true' : 'false';
  const n = Number(value);
  if (shaderDType(dtype) === 'int32') {
    if (n === -(2 ** 31)) return 'bitcast<i32>(0x80000000u)';
    return n < 0 ? `(-${-n}i)` : `${n}i`;
  }
  if (Number.isNaN(n)) return 'nan_value()';
  if (n === Number.POSITIVE_INFINITY) return 'infinity_value()';
  if (n === Number.NEGATIVE_INFINITY) return '(-infinity_value())';
  if (Object.is(n, -0)) return 'bitcast<f32>(0x80000000u)';
  return n < 0 ? `(-${-n}f)` : `${n}f`;
}

/** A word of arithmetic that ran wider than `dtype`, wrapped to it. */
export function narrowed(value: string, dtype: DType): string {
  if (dtype === 'uint8') return `(${value} & 255)`;
  if (dtype === 'int8') return `((${value} << 24u) >> 24u)`;
  if (dtype === 'int16') return `((${value} << 16u) >> 16u)`;
  return value;
}
