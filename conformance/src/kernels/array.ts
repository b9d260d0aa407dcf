import {
  type Backend,
  type BackendBuffer,
  type DType,
  type ElementArray,
  elementArray,
  fromBFloat16Bits,
  fromFloat16Bits,
  type Literal,
  type Shape,
  type Strides,
  toBFloat16Bits,
  toFloat16Bits,
  type View,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';

/** A strided array on a device: enough to launch kernels on, and to look at. */
export interface KernelArray extends View {
  readonly backend: Backend;
  readonly shape: Shape;
  readonly strides: Strides;
  /** Elements of the memory behind it. */
  readonly span: number;
}

/** How an array lies in memory: the order of its dimensions, steps between elements, which ones repeat, what comes before. */
export interface Layout {
  readonly order: readonly number[];
  readonly steps: readonly number[];
  readonly repeat: readonly boolean[];
  readonly offset: number;
}

const four = { minLength: 4, maxLength: 4 };

/** Layouts of up to four dimensions. */
export const layouts: fc.Arbitrary<Layout> = fc.record({
  order: fc.shuffledSubarray([0, 1, 2, 3], four),
  steps: fc.array(fc.constantFrom(1, 1, 2, 3), four),
  repeat: fc.array(fc.constantFrom(false, false, true), four),
  offset: fc.nat(5),
});

export const rowMajor: Layout = {
  order: [0, 1, 2, 3],
  steps: [1, 1, 1, 1],
  repeat: [false, false, false, false],
  offset: 0,
};

/** Shapes of up to `rank` dimensions. */
export const shapes = (rank = 4, size = 5): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: size }), { maxLength: rank });

export const sizeOf = (shape: Shape): number => shape.reduce((n, size) => n * size, 1);

/** An array in this layout, its memory filled from `values`. */
export function lay(
  backend: Backend,
  dtype: DType,
  shape: Shape,
  layout: Layout,
  values: () => Literal,
): KernelArray {
  const array = allocate(backend, dtype, shape, layout);
  const data = elementArray(dtype, array.span);
  for (let i = 0; i < data.length; i++) data[i] = encode(values(), dtype) as never;
  backend.write(array.storage.buffer, 0, data);
  return array;
}

/** An array for results: nothing in it repeats, and nothing was written. */
export function room(backend: Backend, dtype: DType, shape: Shape, layout: Layout = rowMajor): KernelArray {
  return allocate(backend, dtype, shape, { ...layout, repeat: rowMajor.repeat });
}

/** Memory for `length` elements, as long as the record is there. */
export function ownedStorage(
  backend: Backend,
  dtype: DType,
  length: number,
): { readonly buffer: BackendBuffer } {
  const storage: { buffer: BackendBuffer } = { buffer: {} as BackendBuffer };
  storage.buffer = backend.alloc(dtype, length, storage);
  return storage;
}

function allocate(backend: Backend, dtype: DType, shape: Shape, layout: Layout): KernelArray {
  const strides = new Array<number>(shape.length).fill(0);
  let reach = 1;
  for (const d of [...layout.order].reverse()) {
    if (d >= shape.length || layout.repeat[d]) continue;
    strides[d] = reach * layout.steps[d]!;
    reach *= layout.steps[d]! * shape[d]!;
  }
  const span = layout.offset + reach;
  const storage = ownedStorage(backend, dtype, span);
  return { backend, storage, offset: layout.offset, dtype, shape, strides, span };
}

/** A row-major array of these values. */
export function dense(
  backend: Backend,
  dtype: DType,
  values: readonly Literal[],
  shape: Shape = [values.length],
): KernelArray {
  let next = 0;
  return lay(backend, dtype, shape, rowMajor, () => values[next++] ?? 0);
}

/** What an array holds, by index tuple. */
export type Contents = (index: readonly number[]) => Literal;

/** Reads an array; later launches do not change what was read. */
export async function look({
  backend,
  storage,
  offset,
  strides,
  dtype,
  span,
}: KernelArray): Promise<Contents> {
  const data: ElementArray = await backend.readAsync(storage.buffer, 0, span);
  return (index) => decode(data[index.reduce((at, i, d) => at + i * strides[d]!, offset)]!, dtype);
}

/** An array's elements in row-major order. */
export async function list(array: KernelArray): Promise<Literal[]> {
  const at = await look(array);
  return indices(array.shape).map(at);
}

/** All index tuples of a shape in row-major order. */
export function indices(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

function encode(value: Literal, dtype: DType): number | bigint {
  if (dtype === 'bool') return value ? 1 : 0;
  if (dtype === 'float16') return toFloat16Bits(Number(value));
  if (dtype === 'bfloat16') return toBFloat16Bits(Number(value));
  return dtype === 'int64' ? BigInt.asIntN(64, BigInt(value)) : Number(value);
}

function decode(bits: number | bigint, dtype: DType): Literal {
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
