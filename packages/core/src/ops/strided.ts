import { type Geometry, type GradRecord, geometryOf } from '../autograd/index.ts';
import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type Tensor, track } from '../extend/index.ts';
import { normalizeAxis, numelOf, type Shape, type Strides, spanOf } from '../shape/index.ts';
import { makeView, type ShapeAttrs, unlinked } from './internal/view.ts';

interface UnfoldAttrs extends ShapeAttrs {
  readonly axis: number;
  readonly size: number;
  readonly step: number;
}

const unfoldRecord: GradRecord<UnfoldAttrs> = {
  name: 'UnfoldBackward0',
  grads: [{ vjp: (g, { attrs }) => unfoldBackward(g, attrs) }],
};

/** Windows of `size` elements, `step` apart, along `dim`; the window's elements become the last dimension. */
export function unfold(self: Tensor, dim: number, size: number, step: number): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  const total = self.shape[axis] ?? 1;
  if (size > total) {
    fail('op/argument', {
      text: `maximum size for tensor at dimension ${axis} is ${total} but size is ${size}`,
    });
  }
  if (step <= 0) fail('op/argument', { text: `step is ${step} but must be > 0` });
  const shape = [...self.shape];
  const strides = [...self.strides];
  const stride = strides[axis] ?? 1;
  if (self.ndim > 0) {
    shape[axis] = Math.floor((total - size) / step) + 1;
    strides[axis] = stride * step;
  }
  return makeView(unfoldRecord, self, [...shape, size], [...strides, stride], self.offset, {
    shape: self.shape,
    axis,
    size,
    step,
  });
}

function unfoldBackward(g: Tensor, { shape, axis, size, step }: UnfoldAttrs): Tensor {
  if (shape.length === 0) return g.sum(-1);
  const windows = g.shape[axis]!;
  const positions = windowPositions(g, windows, size, step);
  return g.newZeros(shape).indexAdd(axis, positions, g.movedim(-1, axis + 1).flatten(axis, axis + 1));
}

function windowPositions(like: Tensor, windows: number, size: number, step: number): Tensor {
  const starts = like.newArange(windows).mul(step).unsqueeze(1);
  return starts.add(like.newArange(size)).flatten();
}

interface DiagonalAttrs extends ShapeAttrs {
  readonly shift: number;
  readonly dims: readonly [number, number];
}

const diagonalRecord: GradRecord<DiagonalAttrs> = {
  name: 'DiagonalBackward0',
  grads: [{ vjp: (g, { attrs }) => diagonalBackward(g, attrs) }],
};

/** {@link diagonalRecord} of a copy. */
export const diagonalCopyRecord: GradRecord<DiagonalAttrs> = {
  ...diagonalRecord,
  name: 'DiagonalBackward0_copy',
};

/** The diagonal of dimensions `dim1` and `dim2`, `offset` above the main one, as the last dimension. */
export function diagonal(self: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  const a = normalizeAxis(dim1, self.ndim);
  const b = normalizeAxis(dim2, self.ndim);
  if (a === b) fail('op/argument', { text: `diagonal dimensions cannot be identical ${dim1}, ${dim2}` });
  const rows = self.shape[a]!;
  const columns = self.shape[b]!;
  const length = Math.max(
    offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns),
    0,
  );
  const start = length === 0 ? 0 : offset >= 0 ? offset * self.strides[b]! : -offset * self.strides[a]!;
  const drop = (_: number, d: number): boolean => d !== a && d !== b;
  return makeView(
    diagonalRecord,
    self,
    [...self.shape.filter(drop), length],
    [...self.strides.filter(drop), self.strides[a]! + self.strides[b]!],
    self.offset + start,
    { shape: self.shape, shift: offset, dims: [a, b] },
  );
}

const diagonalBackwardRecord: GradRecord<DiagonalAttrs> = {
  name: 'DiagonalBackwardBackward0',
  grads: [{ vjp: (g, { attrs }) => g.diagonal(attrs.shift, ...attrs.dims) }],
};

function diagonalBackward(g: Tensor, attrs: DiagonalAttrs): Tensor {
  const out = g.detach().newZeros(attrs.shape);
  diagonal(out, attrs.shift, ...attrs.dims).copy_(g.detach());
  return track(diagonalBackwardRecord, unlinked(out), [g], attrs);
}

interface AsStridedAttrs {
  readonly base: Geometry;
  readonly view: Geometry;
}

export const asStridedRecord: GradRecord<AsStridedAttrs> = {
  name: 'AsStridedBackward0',
  grads: [{ vjp: (g, { attrs }) => asStridedBackward(g, attrs.base, attrs.view) }],
};

/**
 * Any strided place of the tensor's storage as a view. `storageOffset` counts from the storage's start.
 * @throws `shape/storage-bounds`
 */
export function asStrided(
  self: Tensor,
  size: Shape,
  stride: Strides,
  storageOffset: number = self.offset,
): Tensor {
  const span = spanOf(size, stride);
  const need = span === 0 ? 0 : storageOffset + span;
  if (numelOf(size) > 0 && need > self.storage.length) {
    const { itemsize } = dtypeInfo[self.dtype];
    fail('shape/storage-bounds', {
      shape: size,
      strides: stride,
      offset: storageOffset * itemsize,
      itemsize,
      need: need * itemsize,
      have: self.storage.length * itemsize,
    });
  }
  const attrs = { base: geometryOf(self), view: { shape: size, strides: stride, offset: storageOffset } };
  return makeView(asStridedRecord, self, size, stride, storageOffset, attrs);
}

/**
 * Scatters the view's gradient into memory shaped like the base's, counts how often each element was seen through the
 * base, and reads the base's part back.
 */
function asStridedBackward(g: Tensor, base: Geometry, view: Geometry): Tensor {
  const low = Math.min(base.offset, view.offset);
  const span = Math.max(
    base.offset - low + spanOf(base.shape, base.strides),
    view.offset - low + spanOf(view.shape, view.strides),
  );
  const viewIndex = memoryIndex(g, view, low);
  const memory = g.newZeros([span]).indexAdd(0, viewIndex, g.flatten());
  const baseIndex = memoryIndex(g, base, low);
  const counts = g.newZeros([span]).indexAdd(0, baseIndex, g.newOnes([numelOf(base.shape)]));
  return memory.indexSelect(0, baseIndex).div(counts.indexSelect(0, baseIndex)).view(base.shape);
}

/** For each element of a geometry, row by row, its place in memory counted from `low`. */
function memoryIndex(like: Tensor, place: Geometry, low: number): Tensor {
  let index = like.newArange(1).add(place.offset - low);
  place.shape.forEach((size, d) => {
    index = index.unsqueeze(-1).add(like.newArange(size).mul(place.strides[d]!));
  });
  return index.flatten();
}
