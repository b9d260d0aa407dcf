import type { ElementArray } from '../backend/index.ts';
import { contiguousCopy } from '../dispatch/index.ts';
import type { DType, Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { noGrad, type Tensor } from '../extend/index.ts';
import { numelOf, type Shape } from '../shape/index.ts';
import { canRead, readReplayed } from '../tensor/index.ts';
import { elementValue } from './internal/element.ts';

/** A number, bigint or boolean, or nested arrays of them as deep as the tensor has dimensions. */
export type Nested = Scalar | Nested[];

function rowMajor(self: Tensor): Tensor {
  return noGrad(() => contiguousCopy(self));
}

/** The elements in row-major order, in memory form. @throws `backend/sync-read` */
export function toElements(
  self: Tensor,
  call = 'toTypedArray()',
  instead = 'toTypedArrayAsync()',
): ElementArray {
  refuseExamples(self, call);
  const { backend } = self;
  if (!canRead(self)) fail('backend/sync-read', { backend: backend.name, call, instead });
  if (!backend.manifest.syncRead) return readReplayed(backend, () => toElementsAsync(self));
  const source = rowMajor(self);
  const length = self.numel();
  backend.counters.read += length;
  return backend.read(source.storage.buffer, source.offset, length);
}

/** What has as many results as the elements say. */
const dynamic: Readonly<Record<string, string>> = {
  'nonzero()': 'aten::nonzero',
  'unique()': 'aten::_unique2',
  'uniqueConsecutive()': 'aten::unique_consecutive',
};

/** Inside a `vmap` there is no one value to read. @throws `vmap/read`, `vmap/control-flow` */
function refuseExamples(self: Tensor, call: string): void {
  if (self.storage.hidden === null) return;
  const op = dynamic[call];
  if (call !== 'item()' && op === undefined) fail('vmap/control-flow', {});
  fail('vmap/read', { call: op ?? call });
}

/** As {@link toElements}, on every backend. */
export async function toElementsAsync(self: Tensor): Promise<ElementArray> {
  refuseExamples(self, '');
  const { backend } = self;
  const source = rowMajor(self);
  const length = self.numel();
  backend.counters.read += length;
  return await backend.readAsync(source.storage.buffer, source.offset, length);
}

/**
 * The elements in row-major order as a typed array of their own: bool as 0 and 1, float16 and bfloat16 as their bits,
 * int64 as bigints. @throws `backend/sync-read`
 */
export function toTypedArray(self: Tensor): ElementArray {
  return toElements(self);
}

/** As {@link toTypedArray}, on every backend. */
export function toTypedArrayAsync(self: Tensor): Promise<ElementArray> {
  return toElementsAsync(self);
}

function requireSingle(self: Tensor): void {
  const numel = self.numel();
  if (numel !== 1) fail('shape/scalar-only', { numel });
}

/** The value of a tensor with one element: a number, a bigint for int64, a boolean for bool. */
export function item(self: Tensor): Scalar {
  requireSingle(self);
  return elementValue(toElements(self, 'item()', 'itemAsync()'), 0, self.dtype);
}

/** As {@link item}, on every backend. */
export async function itemAsync(self: Tensor): Promise<Scalar> {
  requireSingle(self);
  return elementValue(await toElementsAsync(self), 0, self.dtype);
}

/** The elements as nested arrays; the value itself for a 0-d tensor. */
export function tolist(self: Tensor): Nested {
  return nest(toElements(self, 'tolist()', 'tolistAsync()'), self.dtype, self.shape);
}

/** As {@link tolist}, on every backend. */
export async function tolistAsync(self: Tensor): Promise<Nested> {
  return nest(await toElementsAsync(self), self.dtype, self.shape);
}

function nest(elements: ElementArray, dtype: DType, shape: Shape): Nested {
  const level = (depth: number, start: number, length: number): Nested => {
    if (depth === shape.length) return elementValue(elements, start, dtype);
    const step = length / Math.max(shape[depth]!, 1);
    return Array.from({ length: shape[depth]! }, (_, i) => level(depth + 1, start + i * step, step));
  };
  return level(0, 0, numelOf(shape));
}
