import { type DType, getDefaultDtype, type Scalar } from '../../dtype/index.ts';
import { fail } from '../../errors/index.ts';
import { Tensor } from '../../extend/index.ts';

/** Typed arrays that `tensor()` takes as they are. */
export type TypedData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | BigInt64Array;

/** What a tensor can be made from. */
export type NestedData = Scalar | Tensor | TypedData | readonly NestedData[];

interface Flat {
  readonly shape: number[];
  readonly values: ArrayLike<Scalar>;
  readonly dtype: DType;
}

const typedDtypes: readonly (readonly [new (n: number) => object, DType])[] = [
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [Uint8Array, 'uint8'],
  [BigInt64Array, 'int64'],
];

/**
 * Nested arrays as one list with its shape and the dtype it calls for.
 * @throws `shape/ragged`, `shape/not-a-sequence`, `dtype/invalid-data`, `dtype/infer`
 */
export function flattenNested(data: NestedData): Flat {
  for (const [type, dtype] of typedDtypes) {
    if (data instanceof type)
      return { shape: [(data as TypedData).length], values: data as TypedData, dtype };
  }
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values: Scalar[] = [];
  collect(data, shape, 0, values);
  return { shape, values, dtype: dtypeOf(values) };
}

function collect(data: NestedData, shape: readonly number[], depth: number, values: Scalar[]): void {
  if (depth < shape.length) {
    if (!Array.isArray(data)) fail('shape/not-a-sequence', {});
    if (data.length !== shape[depth])
      fail('shape/ragged', { expected: shape[depth]!, got: data.length, dim: depth });
    for (const item of data) collect(item, shape, depth + 1, values);
    return;
  }
  if (data instanceof Tensor) values.push(data.item() as Scalar);
  else if (typeof data === 'number' || typeof data === 'bigint' || typeof data === 'boolean')
    values.push(data);
  else if (Array.isArray(data)) fail('dtype/invalid-data', { value: data });
  else if (typeof data !== 'string') fail('dtype/infer', { value: data });
  else if (depth > 0) fail('dtype/nested-text', { value: data });
  else fail('dtype/invalid-data', { value: data });
}

function dtypeOf(values: readonly Scalar[]): DType {
  if (values.length === 0) return getDefaultDtype();
  let bigint = false;
  for (const value of values) {
    if (typeof value === 'number') return getDefaultDtype();
    bigint ||= typeof value === 'bigint';
  }
  return bigint ? 'int64' : 'bool';
}
