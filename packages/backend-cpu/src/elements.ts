import {
  type DType,
  type ElementArray,
  fromBFloat16Bits,
  fromFloat16Bits,
  type Literal,
  toBFloat16Bits,
  toFloat16Bits,
} from '@taimatsu/core/backend';

/** Reads an element in the form its arithmetic has. */
export type Reader = (data: ElementArray, index: number) => Literal;

/** Stores a value that has the form of the dtype's arithmetic. */
export type Writer = (data: ElementArray, index: number, value: Literal) => void;

const readPlain: Reader = (data, index) => data[index]!;
const writePlain: Writer = (data, index, value) => {
  data[index] = value as number;
};

/** How elements stored as `dtype` are read. */
export function reader(dtype: DType): Reader {
  switch (dtype) {
    case 'bool':
      return (data, index) => data[index] !== 0;
    case 'float16':
      return (data, index) => fromFloat16Bits(data[index] as number);
    case 'bfloat16':
      return (data, index) => fromBFloat16Bits(data[index] as number);
    default:
      return readPlain;
  }
}

/** How elements are stored as `dtype`. */
export function writer(dtype: DType): Writer {
  switch (dtype) {
    case 'bool':
      return (data, index, value) => {
        data[index] = value ? 1 : 0;
      };
    case 'float16':
      return (data, index, value) => {
        data[index] = toFloat16Bits(value as number);
      };
    case 'bfloat16':
      return (data, index, value) => {
        data[index] = toBFloat16Bits(value as number);
      };
    default:
      return writePlain;
  }
}

/** A launch scalar in the form its parameter's dtype has: float32 is rounded. */
export function coerceParam(value: Literal, dtype: DType): Literal {
  switch (dtype) {
    case 'bool':
      return Boolean(value);
    case 'int64':
      return BigInt(value);
    case 'float32':
      return Math.fround(Number(value));
    default:
      return Number(value);
  }
}
