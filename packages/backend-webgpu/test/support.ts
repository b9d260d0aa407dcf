import { ownedStorage } from '@taimatsu/conformance/kernels';
import {
  type Backend,
  type DType,
  dtypeInfo,
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
import * as fc from 'fast-check';

/** Runs on a software device are slow: few cases each. */
export const few = { numRuns: 12 };

export const isFloat = (dtype: DType): boolean => dtypeInfo[dtype].category === 'float';

/** The kernel of a backend that declines none. */
export function kernel<K extends keyof Kernels>(backend: Backend, kind: K): Kernels[K] {
  return backend.kernels[kind] as Kernels[K];
}

/** A strided array on the device, and what it holds in row-major order. */
export interface Laid extends View {
  readonly shape: Shape;
  readonly strides: Strides;
  readonly values: readonly Literal[];
}

function encode(value: Literal, dtype: DType): number | bigint {
  if (dtype === 'bool') return value ? 1 : 0;
  if (dtype === 'float16') return toFloat16Bits(Number(value));
  if (dtype === 'bfloat16') return toBFloat16Bits(Number(value));
  return dtype === 'int64' ? BigInt(value) : Number(value);
}

function decode(bits: number | bigint, dtype: DType): Literal {
  if (dtype === 'bool') return bits !== 0;
  if (dtype === 'float16') return fromFloat16Bits(bits as number);
  return dtype === 'bfloat16' ? fromBFloat16Bits(bits as number) : bits;
}

/** `value` as it comes back after being stored. */
export function stored(value: Literal, dtype: DType): Literal {
  const cell = elementArray(dtype, 1);
  cell[0] = encode(value, dtype) as never;
  return decode(cell[0]!, dtype);
}

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** Row-major positions of each line along `axis`. */
export function linesOf(shape: readonly number[], axis: number): number[][] {
  const inner = sizeOf(shape.slice(axis + 1));
  const length = shape[axis]!;
  return Array.from({ length: sizeOf(shape) / Math.max(1, length) }, (_, line) =>
    Array.from({ length }, (__, k) => (Math.floor(line / inner) * length + k) * inner + (line % inner)),
  );
}

/** How an array lies in memory. */
export interface Layout {
  readonly order: readonly number[];
  readonly step: number;
  readonly repeat: number | undefined;
  readonly offset: number;
}

export const layouts: fc.Arbitrary<Layout> = fc.record({
  order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
  step: fc.constantFrom(1, 1, 2),
  repeat: fc.constantFrom(undefined, undefined, 0, 1),
  offset: fc.constantFrom(0, 0, 4, 3),
});

export const plain: Layout = { order: [0, 1, 2, 3, 4, 5, 6, 7, 8], step: 1, repeat: undefined, offset: 0 };

function stridesOf(shape: Shape, { order, step, repeat }: Layout): { strides: number[]; span: number } {
  const strides = new Array<number>(shape.length).fill(0);
  let span = step;
  for (const d of [...order].reverse()) {
    if (d >= shape.length || d === repeat) continue;
    strides[d] = span;
    span *= shape[d]!;
  }
  return { strides, span };
}

/** Where each element of a shape lies, in row-major order. */
export function places(shape: Shape, strides: Strides, offset = 0): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    let rest = i;
    let at = offset;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += (rest % shape[d]!) * strides[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    return at;
  });
}

/** An array of generated values; an output repeats nothing. */
export function lay(
  backend: Backend,
  dtype: DType,
  shape: Shape,
  layout: Layout,
  value: () => Literal,
  output = false,
): Laid {
  const { strides, span } = stridesOf(shape, output ? { ...layout, repeat: undefined } : layout);
  const storage = ownedStorage(backend, dtype, layout.offset + span);
  const data = elementArray(dtype, layout.offset + span);
  for (let i = 0; i < data.length; i++) data[i] = encode(value(), dtype) as never;
  backend.write(storage.buffer, 0, data);
  const values = places(shape, strides, layout.offset).map((at) => decode(data[at]!, dtype));
  return { storage, offset: layout.offset, dtype, shape, strides, values };
}

/** A row-major array of these values. */
export function dense(
  backend: Backend,
  dtype: DType,
  values: readonly Literal[],
  shape: Shape = [values.length],
): Laid {
  let next = 0;
  return lay(backend, dtype, shape, plain, () => values[next++] ?? 0);
}

/** What an array holds now, in row-major order. */
export async function read(
  backend: Backend,
  { storage, offset, dtype, shape, strides }: Laid,
): Promise<Literal[]> {
  const where = places(shape, strides, offset);
  const data = await backend.readAsync(storage.buffer, 0, Math.max(0, ...where) + 1);
  return where.map((at) => decode(data[at]!, dtype));
}

const specials: readonly number[] = [0, -0, 1, -1, 2, 0.5, -3, Number.NaN, Infinity, -Infinity];

/** Values for `dtype` from a seed; unless `simple`, the awkward ones often. */
export function values(dtype: DType, seed: number, simple = false): () => Literal {
  let state = seed | 1;
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return (state >>> 0) / 2 ** 32;
  };
  return () => {
    const kind = next();
    if (dtype === 'bool') return kind < 0.5;
    if (isFloat(dtype)) {
      const special = !simple && kind < 0.3;
      return stored(special ? specials[Math.floor(next() * specials.length)]! : (next() - 0.5) * 8, dtype);
    }
    const small = BigInt(Math.floor(next() * 9)) - (dtype === 'uint8' ? 0n : 4n);
    const bits = Math.min(32, dtypeInfo[dtype].itemsize * 8);
    const wide = BigInt(Math.floor(next() * 2 ** 32));
    const value = simple || kind < 0.5 ? small : dtype === 'uint8' ? wide & 255n : BigInt.asIntN(bits, wide);
    return dtype === 'int64' ? value : Number(value);
  };
}

/** True for equal values, and for floats that differ by `tolerance` at most, relative to 1 or their size. */
export function isClose(actual: Literal, expected: Literal, dtype: DType, tolerance = 2e-6): boolean {
  if (typeof actual !== 'number' || typeof expected !== 'number' || !Number.isFinite(expected)) {
    return Object.is(actual, expected);
  }
  const own = dtype === 'float16' ? 2e-3 : dtype === 'bfloat16' ? 2e-2 : isFloat(dtype) ? tolerance : 0;
  return Math.abs(actual - expected) <= own * Math.max(1, Math.abs(expected));
}
