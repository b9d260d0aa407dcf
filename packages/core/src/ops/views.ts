import { type GradRecord, installViewFormulas } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { type Tensor, track } from '../extend/index.ts';
import { inferShape, normalizeAxis, numelOf, type Shape, viewStrides } from '../shape/index.ts';
import { aliasTensor } from '../tensor/index.ts';
import { makeView, type ShapeAttrs, type Sizes, sizesOf } from './internal/view.ts';
import { asStridedRecord } from './strided.ts';

const viewRecord: GradRecord<ShapeAttrs> = {
  name: 'ViewBackward0',
  grads: [{ vjp: (g, c) => g.reshape(c.attrs.shape) }],
};

/**
 * The same elements under another shape, without copying; one size may be -1.
 * @throws `shape/view-strides` where only a copy could do it: see {@link reshape}
 */
export function view(self: Tensor, ...sizes: Sizes): Tensor {
  const shape = inferShape(sizesOf(sizes), self.numel());
  const strides = viewStrides(self.shape, self.strides, shape);
  if (strides === undefined) fail('shape/view-strides', { shape: self.shape, strides: self.strides });
  return makeView(viewRecord, self, shape, strides, self.offset, { shape: self.shape });
}

/** {@link view} to the shape of `other`. */
export function viewAs(self: Tensor, other: Tensor): Tensor {
  return view(self, other.shape);
}

const unsafeViewRecord: GradRecord<ShapeAttrs> = { ...viewRecord, name: 'UnsafeViewBackward0' };

/** The same elements under another shape: a view where possible, else a copy. One size may be -1. */
export function reshape(self: Tensor, ...sizes: Sizes): Tensor {
  const shape = inferShape(sizesOf(sizes), self.numel());
  const strides = viewStrides(self.shape, self.strides, shape);
  if (strides !== undefined) {
    return makeView(viewRecord, self, shape, strides, self.offset, { shape: self.shape });
  }
  const copy = self.clone({ memoryFormat: 'contiguous' });
  const out = aliasTensor(copy, shape, viewStrides(copy.shape, copy.strides, shape)!, 0);
  return track(unsafeViewRecord, out, [copy], { shape: self.shape });
}

/** A view of memory that nothing else holds: what products end with. Not a view to autograd. */
export function unsafeView(self: Tensor, shape: Shape): Tensor {
  const strides = viewStrides(self.shape, self.strides, shape);
  if (strides === undefined) return reshape(self, shape);
  return track(unsafeViewRecord, aliasTensor(self, shape, strides), [self], { shape: self.shape });
}

/** {@link reshape} to the shape of `other`. */
export function reshapeAs(self: Tensor, other: Tensor): Tensor {
  return reshape(self, other.shape);
}

/** Dimensions `startDim` to `endDim` as one; a 0-d tensor becomes 1-d. */
export function flatten(self: Tensor, startDim = 0, endDim = -1): Tensor {
  const start = normalizeAxis(startDim, self.ndim);
  const end = normalizeAxis(endDim, self.ndim);
  if (self.ndim === 0) return reshape(self, [1]);
  if (start > end)
    fail('op/argument', { text: 'flatten() has invalid args: start_dim cannot come after end_dim' });
  if (start === end) return self;
  const merged = numelOf(self.shape.slice(start, end + 1));
  return reshape(self, [...self.shape.slice(0, start), merged, ...self.shape.slice(end + 1)]);
}

/** All elements in one dimension. */
export function ravel(self: Tensor): Tensor {
  return self.contiguous().view(-1);
}

function checkUnflatten(sizes: readonly number[], dim: number, size: number): void {
  if (sizes.length === 0) fail('op/argument', { text: 'unflatten: sizes must be non-empty' });
  const given = sizes.filter((n) => n !== -1);
  if (given.some((n) => n < 0)) return;
  if (sizes.length - given.length > 1) fail('shape/unflatten-inference', { shape: sizes });
  const known = numelOf(given);
  const multiplies = given.length === sizes.length ? known === size : known !== 0 && size % known === 0;
  if (!multiplies) fail('shape/unflatten', { shape: sizes, dim, size });
}

/** Dimension `dim` split into `sizes`, of which one may be -1. */
export function unflatten(self: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  if (self.ndim === 0) fail('shape/no-dims', { dim: 0 });
  const size = self.shape[axis]!;
  checkUnflatten(sizes, axis, size);
  const inner = inferShape(sizes, size);
  return view(self, [...self.shape.slice(0, axis), ...inner, ...self.shape.slice(axis + 1)]);
}

installViewFormulas({ asStrided: asStridedRecord });

const aliasRecord: GradRecord<undefined> = { name: 'AliasBackward0', grads: [{ vjp: (g) => g }] };

/** The same tensor as a new view of itself. */
export function alias(self: Tensor): Tensor {
  return makeView(aliasRecord, self, self.shape, self.strides, self.offset, undefined);
}

/** The same memory without its history: changes of one are seen in the other, and by version checks. */
export function detach(self: Tensor): Tensor {
  return aliasTensor(self);
}
