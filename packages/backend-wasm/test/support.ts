import {
  type Backend,
  type DType,
  dtypeInfo,
  type ElementArray,
  elementArray,
  fromBFloat16Bits,
  fromFloat16Bits,
  type Kernels,
  type Literal,
  type Shape,
  type Strides,
  toBFloat16Bits,
  toFloat16Bits,
  type View,
} from '@taimatsu/core/backend';
import { createWasmBackend } from '../src/index.ts';

/** Memory that nobody wrote is NaN. */
export const backend: Backend = createWasmBackend({ poison: true });

/** The kernel of a backend that declines none. */
export function kernel<K extends keyof Kernels>(backend: Backend, kind: K): Kernels[K] {
  return backend.kernels[kind] as Kernels[K];
}

/** A tensor without autograd: enough to launch kernels on and to look at. */
export interface Array_ extends View {
  readonly backend: Backend;
  readonly shape: Shape;
  readonly strides: Strides;
}

export const floats: readonly DType[] = ['float16', 'bfloat16', 'float32', 'float64'];
export const ints: readonly DType[] = ['uint8', 'int8', 'int16', 'int32', 'int64'];
export const allDTypes: readonly DType[] = ['bool', ...ints, ...floats];

/** Bits of `value` as `dtype` stores it. */
export function encode(value: Literal, dtype: DType): number | bigint {
  if (dtype === 'bool') return value ? 1 : 0;
  if (dtype === 'float16') return toFloat16Bits(Number(value));
  if (dtype === 'bfloat16') return toBFloat16Bits(Number(value));
  return dtype === 'int64' ? BigInt.asIntN(64, BigInt(value)) : Number(value);
}

/** The value of stored bits. */
export function decode(bits: number | bigint, dtype: DType): Literal {
  if (dtype === 'bool') return bits !== 0;
  if (dtype === 'float16') return fromFloat16Bits(bits as number);
  return dtype === 'bfloat16' ? fromBFloat16Bits(bits as number) : bits;
}

/** `value` as it comes back after being stored as `dtype`. */
export function stored(value: Literal, dtype: DType): Literal {
  const cell = elementArray(dtype, 1);
  cell[0] = encode(value, dtype) as never;
  return decode(cell[0]!, dtype);
}

/** How an operand lies in memory: which dimensions repeat, their order, steps, and what comes before. */
export interface Layout {
  readonly order: readonly number[];
  readonly steps: readonly number[];
  readonly repeat: readonly boolean[];
  readonly offset: number;
}

export const rowMajor: Layout = {
  order: [0, 1, 2, 3],
  steps: [1, 1, 1, 1],
  repeat: [false, false, false, false],
  offset: 0,
};

/** An array laid out so; where `values` is given, filled in row-major order. Repeated dimensions make no sense for outputs. */
export function lay(
  backend: Backend,
  dtype: DType,
  shape: Shape,
  layout: Layout,
  values?: () => Literal,
  output = false,
): Array_ {
  const strides = new Array<number>(shape.length).fill(0);
  let span = 1;
  for (const d of [...layout.order].reverse()) {
    if (d >= shape.length || (layout.repeat[d] && !output)) continue;
    strides[d] = span * layout.steps[d]!;
    span *= layout.steps[d]! * shape[d]!;
  }
  const buffer = backend.alloc(dtype, layout.offset + span, {});
  const array: Array_ = { backend, storage: { buffer }, offset: layout.offset, dtype, shape, strides };
  if (values !== undefined) {
    const data = elementArray(dtype, layout.offset + span);
    for (let i = 0; i < data.length; i++) data[i] = encode(values(), dtype) as never;
    backend.write(buffer, 0, data);
  }
  return array;
}

/** A row-major array of these values. */
export function dense(
  backend: Backend,
  dtype: DType,
  values: readonly Literal[],
  shape: Shape = [values.length],
): Array_ {
  let next = 0;
  return lay(backend, dtype, shape, rowMajor, () => values[next++] ?? 0);
}

/** All index tuples of a shape in row-major order. */
export function* indices(shape: Shape): Generator<number[]> {
  const index = new Array<number>(shape.length).fill(0);
  const size = shape.reduce((a, b) => a * b, 1);
  for (let i = 0; i < size; i++) {
    yield index;
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]; d--) index[d] = 0;
  }
}

/** A reader of an array's elements by index tuple. */
export function look({
  backend,
  storage,
  offset,
  strides,
  dtype,
  shape,
}: Array_): (index: readonly number[]) => Literal {
  const end = offset + shape.reduce((sum, size, d) => sum + Math.max(0, size - 1) * strides[d]!, 1);
  const data: ElementArray = backend.read(storage.buffer, 0, end);
  return (index) => decode(data[index.reduce((at, i, d) => at + i * strides[d]!, offset)]!, dtype);
}

/** An array's elements in row-major order. */
export function list(array: Array_): Literal[] {
  const at = look(array);
  return Array.from(indices(array.shape), (index) => at(index));
}

const specials: readonly number[] = [
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  -3,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

/** Values for `dtype`, the awkward ones often, from a seed. */
export function values(dtype: DType, seed: number, plain = false): () => Literal {
  let state = seed | 1;
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return (state >>> 0) / 2 ** 32;
  };
  const { category, itemsize } = dtypeInfo[dtype];
  return () => {
    const kind = next();
    if (category === 'bool') return kind < 0.5;
    if (category === 'float') {
      const value =
        !plain && kind < 0.3 ? specials[Math.floor(next() * specials.length)]! : (next() - 0.5) * 8;
      return stored(value, dtype);
    }
    if (kind < 0.6 || plain)
      return stored(BigInt(Math.floor(next() * 9) - (dtype === 'uint8' ? 0 : 4)), dtype);
    const wide = BigInt(Math.floor(next() * 2 ** 32)) * 2n ** 32n + BigInt(Math.floor(next() * 2 ** 32));
    return stored(dtype === 'uint8' ? wide & 255n : BigInt.asIntN(itemsize * 8, wide), dtype);
  };
}

/** How many representable numbers lie between two results; infinite where only one is NaN or has another sign of zero. */
export function distance(a: number, b: number, dtype: DType): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.POSITIVE_INFINITY;
  if (a === 0 && b === 0) return Number.POSITIVE_INFINITY;
  return Number(place(a, dtype) - place(b, dtype)) * Math.sign(a - b);
}

function place(value: number, dtype: DType): bigint {
  const { itemsize } = dtypeInfo[dtype];
  const cell = elementArray(dtype, 1);
  cell[0] = encode(value, dtype) as never;
  const words = new Uint8Array(cell.buffer);
  let bits = 0n;
  for (let i = itemsize - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(words[i]!);
  const top = 1n << BigInt(itemsize * 8 - 1);
  return bits >= top ? top - bits : bits;
}
