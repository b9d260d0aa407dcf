import {
  type DType,
  dtypeInfo,
  type ElementArray,
  elementArray,
  fail,
  fromBFloat16Bits,
  fromFloat16Bits,
  toBFloat16Bits,
  toFloat16Bits,
} from '@taimatsu/core/backend';

const INT64_REASON = 'int64 is held in 32 bits there, which the value does not fit';

/** Elements as the words that a buffer of `dtype` holds. @throws `backend/unsupported` for an int64 beyond 32 bits */
export function toWords(data: ElementArray, dtype: DType, backend: string): Int32Array | Float32Array {
  switch (dtype) {
    case 'float32':
      return data as Float32Array;
    case 'int32':
      return data as Int32Array;
    case 'float16':
      return Float32Array.from(data as Uint16Array, fromFloat16Bits);
    case 'bfloat16':
      return Float32Array.from(data as Uint16Array, fromBFloat16Bits);
    case 'int64':
      return longWords(data as BigInt64Array, backend);
    default:
      return Int32Array.from(data as Uint8Array);
  }
}

function longWords(data: BigInt64Array, backend: string): Int32Array {
  const halves = new Int32Array(data.buffer, data.byteOffset, data.length * 2);
  const words = new Int32Array(data.length);
  for (let i = 0; i < words.length; i++) {
    const low = halves[2 * i]!;
    if (halves[2 * i + 1] !== low >> 31) {
      fail('backend/unsupported', { backend, what: `the int64 ${data[i]}`, reason: INT64_REASON });
    }
    words[i] = low;
  }
  return words;
}

/** A buffer's words as elements of `dtype`. */
export function fromWords(memory: ArrayBuffer, dtype: DType): ElementArray {
  if (dtype === 'float32') return new Float32Array(memory);
  if (dtype === 'int32') return new Int32Array(memory);
  const isFloat = dtypeInfo[dtype].category === 'float';
  const words = isFloat ? new Float32Array(memory) : new Int32Array(memory);
  const elements = elementArray(dtype, words.length);
  const bits = dtype === 'float16' ? toFloat16Bits : toBFloat16Bits;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    elements[i] = (dtype === 'int64' ? BigInt(word) : isFloat ? bits(word) : word) as never;
  }
  return elements;
}
