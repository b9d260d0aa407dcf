import {
  type Geometry,
  type GradRecord,
  geometryOf,
  installViewFormulas,
  markView,
} from '../autograd/index.ts';
import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { Tensor, track, trackAll } from '../extend/index.ts';
import {
  expandShape,
  inferShape,
  normalizeAxes,
  normalizeAxis,
  normalizeSlice,
  numelOf,
  type Shape,
  type Strides,
  spanOf,
  viewStrides,
} from '../shape/index.ts';
import { aliasTensor } from '../tensor/index.ts';
import { cat, stack } from './join.ts';

/** Sizes given one by one or as one list. */
export type Sizes = number[] | [readonly number[]];

/** Sizes as a list, however they were given. */
export function sizesOf(sizes: Sizes): readonly number[] {
  const [first] = sizes;
  return (Array.isArray(first) ? first : sizes) as readonly number[];
}

/** A recorded view of `self`'s memory. */
function makeView<A>(
  record: GradRecord<A>,
  self: Tensor,
  shape: Shape,
  strides: Strides,
  offset: number,
  attrs: A,
): Tensor {
  const out = aliasTensor(self, shape, strides, offset);
  track(record, out, [self], attrs);
  markView(out, self);
  return out;
}

interface ShapeAttrs {
  readonly shape: Shape;
}

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

/** Dimension `dim` split into `sizes`, of which one may be -1. */
export function unflatten(self: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  const inner = inferShape(sizes, self.shape[axis] ?? 1);
  return view(self, [...self.shape.slice(0, axis), ...inner, ...self.shape.slice(axis + 1)]);
}

const transposeRecord: GradRecord<readonly [number, number]> = {
  name: 'TransposeBackward0',
  grads: [{ vjp: (g, c) => g.transpose(c.attrs[0], c.attrs[1]) }],
};

/** Two dimensions exchanged. */
export function transpose(self: Tensor, dim0: number, dim1: number): Tensor {
  const a = normalizeAxis(dim0, self.ndim);
  const b = normalizeAxis(dim1, self.ndim);
  return makeView(
    transposeRecord,
    self,
    swapped(self.shape, a, b),
    swapped(self.strides, a, b),
    self.offset,
    [a, b],
  );
}

function swapped(values: readonly number[], a: number, b: number): number[] {
  const out = values.slice();
  if (out.length === 0) return out;
  out[a] = values[b]!;
  out[b] = values[a]!;
  return out;
}

export const swapaxes: typeof transpose = transpose;
export const swapdims: typeof transpose = transpose;

const tRecord: GradRecord<undefined> = { name: 'TBackward0', grads: [{ vjp: (g) => g.t() }] };

/** The transpose of a matrix; vectors and 0-d tensors stay as they are. @throws `shape/t` */
export function t(self: Tensor): Tensor {
  if (self.ndim > 2) fail('shape/t', { rank: self.ndim });
  const reversed = (values: readonly number[]): readonly number[] =>
    values.length < 2 ? values : [values[1]!, values[0]!];
  return makeView(tRecord, self, reversed(self.shape), reversed(self.strides), self.offset, undefined);
}

interface PermuteAttrs {
  readonly inverse: readonly number[];
}

const permuteRecord: GradRecord<PermuteAttrs> = {
  name: 'PermuteBackward0',
  grads: [{ vjp: (g, c) => g.permute(c.attrs.inverse) }],
};

/** The dimensions in another order: dimension `i` of the result is dimension `dims[i]`. */
export function permute(self: Tensor, ...dims: Sizes): Tensor {
  const order = sizesOf(dims);
  if (order.length !== self.ndim) fail('shape/permute', { dims: order, shape: self.shape });
  const axes = order.map((dim) => normalizeAxis(dim, self.ndim));
  const inverse = new Array<number>(axes.length);
  for (let i = 0; i < axes.length; i++) {
    if (inverse[axes[i]!] !== undefined)
      fail('op/argument', { text: 'permute(): duplicate dims are not allowed.' });
    inverse[axes[i]!] = i;
  }
  const pick = (values: readonly number[]): number[] => axes.map((axis) => values[axis]!);
  return makeView(permuteRecord, self, pick(self.shape), pick(self.strides), self.offset, { inverse });
}

/** Dimensions `source` moved to positions `destination`; the others keep their order. */
export function movedim(
  self: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const from = [source].flat().map((dim) => normalizeAxis(dim as number, self.ndim));
  const to = [destination].flat().map((dim) => normalizeAxis(dim as number, self.ndim));
  if (from.length !== to.length) {
    fail('op/argument', {
      text: `movedim: Invalid source or destination dims: source ([${from.join(', ')}] dims) should contain the same number of dims as destination ([${to.join(', ')}] dims)`,
    });
  }
  const repeatedDim = (axes: readonly number[]): boolean => new Set(axes).size !== axes.length;
  for (const [name, axes] of [
    ['source', from],
    ['destination', to],
  ] as const) {
    if (repeatedDim(axes))
      fail('op/argument', { text: `movedim: repeated dim in \`${name}\` ([${axes.join(', ')}])` });
  }
  const order = new Array<number>(self.ndim).fill(-1);
  from.forEach((axis, i) => {
    order[to[i]!] = axis;
  });
  const rest = self.shape.map((_, d) => d).filter((d) => !from.includes(d as never));
  for (let d = 0; d < order.length; d++) if (order[d] === -1) order[d] = rest.shift()!;
  return permute(self, order);
}

export const moveaxis: typeof movedim = movedim;

const expandRecord: GradRecord<ShapeAttrs> = {
  name: 'ExpandBackward0',
  grads: [{ vjp: (g) => g }],
};

/** Dimensions of size 1 stretched without copying; -1 keeps a size, new dimensions come first. */
export function expand(self: Tensor, ...sizes: Sizes): Tensor {
  const target = sizesOf(sizes);
  if (target.length < self.ndim) {
    fail('shape/expand-rank', { type: dtypeInfo[self.dtype].typeName, shape: target, from: self.shape });
  }
  const shape = expandShape(self.shape, target);
  const lead = shape.length - self.ndim;
  const strides = shape.map((size, d) => {
    if (d < lead) return 0;
    return self.shape[d - lead] === 1 && size !== 1 ? 0 : self.strides[d - lead]!;
  });
  return makeView(expandRecord, self, shape, strides, self.offset, { shape: self.shape });
}

/** {@link expand} to the shape of `other`. */
export function expandAs(self: Tensor, other: Tensor): Tensor {
  return expand(self, other.shape);
}

/** {@link expand} under NumPy's name. */
export function broadcastTo(self: Tensor, sizes: readonly number[]): Tensor {
  return expand(self, sizes);
}

const unsqueezeRecord: GradRecord<number> = {
  name: 'UnsqueezeBackward0',
  grads: [{ vjp: (g, c) => g.squeeze(c.attrs) }],
};

/** A new dimension of size 1 at `dim`. */
export function unsqueeze(self: Tensor, dim: number): Tensor {
  const axis = normalizeAxis(dim, self.ndim + 1);
  const stride = axis < self.ndim ? self.shape[axis]! * self.strides[axis]! : 1;
  const shape = [...self.shape.slice(0, axis), 1, ...self.shape.slice(axis)];
  const strides = [...self.strides.slice(0, axis), stride, ...self.strides.slice(axis)];
  return makeView(unsqueezeRecord, self, shape, strides, self.offset, axis);
}

const squeezeRecord: GradRecord<ShapeAttrs> = {
  name: 'SqueezeBackward0',
  grads: [{ vjp: (g, c) => g.view(c.attrs.shape) }],
};
const squeezeDimRecord: GradRecord<ShapeAttrs> = { ...squeezeRecord, name: 'SqueezeBackward1' };

/** Dimensions of size 1 removed: all of them, or those given. */
export function squeeze(self: Tensor, dim?: number | readonly number[]): Tensor {
  const axes =
    dim === undefined ? undefined : [dim].flat().map((d) => normalizeAxis(d as number, self.ndim) as number);
  const keep = (_: number, d: number): boolean =>
    self.shape[d] !== 1 || (axes !== undefined && !axes.includes(d));
  const record = axes === undefined ? squeezeRecord : squeezeDimRecord;
  return makeView(record, self, self.shape.filter(keep), self.strides.filter(keep), self.offset, {
    shape: self.shape,
  });
}

interface SelectAttrs extends ShapeAttrs {
  readonly axis: number;
  readonly index: number;
}

const selectRecord: GradRecord<SelectAttrs> = {
  name: 'SelectBackward0',
  grads: [{ vjp: (g, { attrs }) => selectBackward(g, attrs.shape, attrs.axis, attrs.index) }],
};

/** Slice number `index` along `dim`, without that dimension. */
export function select(self: Tensor, dim: number, index: number): Tensor {
  if (self.ndim === 0) fail('index/select-0d', {});
  const axis = normalizeAxis(dim, self.ndim);
  const size = self.shape[axis]!;
  if (index < -size || index >= size) fail('index/select', { index, shape: self.shape, dim: axis });
  const at = index < 0 ? index + size : index;
  const drop = (_: number, d: number): boolean => d !== axis;
  return makeView(
    selectRecord,
    self,
    self.shape.filter(drop),
    self.strides.filter(drop),
    self.offset + at * self.strides[axis]!,
    { shape: self.shape, axis, index: at },
  );
}

const selectBackwardRecord: GradRecord<SelectAttrs> = {
  name: 'SelectBackwardBackward0',
  grads: [{ vjp: (g, { attrs }) => g.select(attrs.axis, attrs.index) }],
};

function selectBackward(g: Tensor, shape: Shape, axis: number, index: number): Tensor {
  const out = g.detach().newZeros(shape);
  select(out, axis, index).copy_(g.detach());
  return track(selectBackwardRecord, unlinked(out), [g], { shape, axis, index });
}

interface SliceAttrs extends ShapeAttrs {
  readonly axis: number;
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

const sliceRecord: GradRecord<SliceAttrs> = {
  name: 'SliceBackward0',
  grads: [{ vjp: (g, { attrs }) => sliceBackward(g, attrs) }],
};

/** Every `step`-th element along `dim` from `start` up to `stop`, as Python's `start:stop:step`. */
export function slice(self: Tensor, dim = 0, start?: number, stop?: number, step = 1): Tensor {
  if (self.ndim === 0) fail('op/argument', { text: 'slice() cannot be applied to a 0-dim tensor.' });
  const axis = normalizeAxis(dim, self.ndim);
  if (step <= 0) fail('index/slice-step', { step });
  const part = normalizeSlice(self.shape[axis]!, start, stop, step);
  const shape = self.shape.slice();
  const strides = self.strides.slice();
  shape[axis] = part.length;
  strides[axis] = strides[axis]! * step;
  const offset = self.offset + (part.length === 0 ? 0 : part.start) * self.strides[axis]!;
  const attrs = { shape: self.shape, axis, start: part.start, stop: part.start + part.length * step, step };
  return makeView(sliceRecord, self, shape, strides, offset, attrs);
}

const sliceBackwardRecord: GradRecord<SliceAttrs> = {
  name: 'SliceBackwardBackward0',
  grads: [{ vjp: (g, { attrs }) => g.slice(attrs.axis, attrs.start, attrs.stop, attrs.step) }],
};

function sliceBackward(g: Tensor, attrs: SliceAttrs): Tensor {
  const out = g.detach().newZeros(attrs.shape);
  slice(out, attrs.axis, attrs.start, attrs.stop, attrs.step).copy_(g.detach());
  return track(sliceBackwardRecord, unlinked(out), [g], attrs);
}

/** A tensor that was filled through views, as if it had been computed in one step. */
function unlinked(out: Tensor): Tensor {
  return aliasTensor(out);
}

/** `length` elements along `dim` from `start`. */
export function narrow(self: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  const at = typeof start === 'number' ? start : Number(start.item());
  if (self.ndim === 0) fail('op/argument', { text: 'narrow() cannot be applied to a 0-dim tensor.' });
  if (length < 0) fail('op/argument', { text: 'narrow(): length must be non-negative.' });
  const axis = normalizeAxis(dim, self.ndim);
  const size = self.shape[axis]!;
  const from = at !== size && at < 0 ? at + size : at;
  if (at < -size || at > size) {
    fail('op/index', {
      text: `Dimension out of range (expected to be in range of [${-size}, ${size - 1}], but got ${at})`,
    });
  }
  if (from > size - length) {
    fail('op/argument', { text: `start (${from}) + length (${length}) exceeds dimension size (${size}).` });
  }
  return slice(self, axis, from, from + length);
}

const splitRecord: GradRecord<SplitAttrs> = {
  name: 'SplitBackward0',
  backward: (grads, c) => {
    const { axis, sizes, shape } = c.attrs;
    const parts = sizes.map(
      (size, i) => grads[i] ?? c.grad(i).newZeros(shape.map((n, d) => (d === axis ? size : n))),
    );
    return [cat(parts, axis)];
  },
};
const splitWithSizesRecord: GradRecord<SplitAttrs> = { ...splitRecord, name: 'SplitWithSizesBackward0' };

interface SplitAttrs extends ShapeAttrs {
  readonly axis: number;
  readonly sizes: readonly number[];
}

function splitInto(
  self: Tensor,
  axis: number,
  sizes: readonly number[],
  record: GradRecord<SplitAttrs>,
): Tensor[] {
  let start = 0;
  const outs = sizes.map((size) => {
    const shape = self.shape.slice();
    shape[axis] = size;
    const out = aliasTensor(
      self,
      shape,
      self.strides,
      self.offset + (size === 0 ? 0 : start) * self.strides[axis]!,
    );
    start += size;
    return out;
  });
  trackAll(record, outs, [self], { shape: self.shape, axis, sizes });
  for (const out of outs) markView(out, self, 'multiOutput');
  return outs;
}

/** Pieces of `sizes` elements along `dim`: one size for all, the last piece smaller if need be, or a size for each. */
export function split(self: Tensor, sizes: number | readonly number[], dim = 0): Tensor[] {
  if (self.ndim === 0) fail('op/argument', { text: 'split expects at least a 1-dimensional tensor' });
  const axis = normalizeAxis(dim, self.ndim);
  const total = self.shape[axis]!;
  if (typeof sizes !== 'number') {
    if (sizes.reduce((a, b) => a + b, 0) !== total || sizes.some((size) => size < 0)) {
      fail('op/argument', {
        text: `split_with_sizes expects split_sizes to sum exactly to ${total} (input tensor's size at dimension ${axis}), but got split_sizes=[${sizes.join(', ')}]`,
      });
    }
    return splitInto(self, axis, sizes, splitWithSizesRecord);
  }
  if (sizes < 0) {
    fail('op/argument', { text: `split expects split_size be non-negative, but got split_size=${sizes}` });
  }
  if (sizes === 0 && total !== 0) {
    fail('op/argument', {
      text: `split_size can only be 0 if dimension size is 0, but got dimension size of ${total}`,
    });
  }
  const count = sizes === 0 ? 1 : Math.max(Math.ceil(total / sizes), 1);
  const parts = Array.from({ length: count }, (_, i) => Math.min(sizes, total - i * sizes));
  return splitInto(self, axis, parts, splitRecord);
}

/** {@link split} with a size for each piece. */
export function splitWithSizes(self: Tensor, sizes: readonly number[], dim = 0): Tensor[] {
  return split(self, sizes, dim);
}

/** At most `chunks` pieces of equal size along `dim`, the last one possibly smaller. */
export function chunk(self: Tensor, chunks: number, dim = 0): Tensor[] {
  if (self.ndim === 0) fail('op/argument', { text: 'chunk expects at least a 1-dimensional tensor' });
  if (chunks <= 0)
    fail('op/argument', { text: `chunk expects \`chunks\` to be greater than 0, got: ${chunks}` });
  const axis = normalizeAxis(dim, self.ndim);
  const total = self.shape[axis]!;
  const size = Math.ceil(total / chunks);
  if (size === 0) return splitInto(self, axis, new Array(chunks).fill(0), splitWithSizesRecord);
  return split(self, size, axis);
}

/** Pieces along `dim`: `sections` nearly equal ones, or cut at the given positions. */
export function tensorSplit(self: Tensor, sections: number | readonly number[] | Tensor, dim = 0): Tensor[] {
  if (self.ndim === 0)
    fail('op/argument', {
      text: 'tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims',
    });
  const axis = normalizeAxis(dim, self.ndim);
  const total = self.shape[axis]!;
  const given = sections instanceof Tensor ? (sections.tolist() as bigint | bigint[]) : sections;
  if (typeof given === 'number' || typeof given === 'bigint') {
    const count = Number(given);
    if (count <= 0) fail('op/argument', { text: `number of sections must be larger than 0, got ${count}` });
    const base = Math.floor(total / count);
    const extra = total % count;
    let start = 0;
    return Array.from({ length: count }, (_, i) => {
      const stop = start + base + (i < extra ? 1 : 0);
      const part = slice(self, axis, start, stop);
      start = stop;
      return part;
    });
  }
  const cuts = [...given].map(Number);
  return [...cuts, undefined].map((stop, i) => slice(self, axis, i === 0 ? 0 : cuts[i - 1]!, stop));
}

const unbindRecord: GradRecord<SelectAttrs> = {
  name: 'UnbindBackward0',
  backward: (grads, c) => {
    const parts = grads.length === 0 ? [] : Array.from({ length: c.attrs.index }, (_, i) => c.grad(i));
    return [stack(parts, c.attrs.axis)];
  },
};

/** The slices along `dim`, one tensor each. */
export function unbind(self: Tensor, dim = 0): Tensor[] {
  if (self.ndim === 0) fail('op/argument', { text: 'Dimension specified as 0 but tensor has no dimensions' });
  const axis = normalizeAxis(dim, self.ndim);
  const drop = (_: number, d: number): boolean => d !== axis;
  const outs = Array.from({ length: self.shape[axis]! }, (_, i) =>
    aliasTensor(
      self,
      self.shape.filter(drop),
      self.strides.filter(drop),
      self.offset + i * self.strides[axis]!,
    ),
  );
  trackAll(unbindRecord, outs, [self], { shape: self.shape, axis, index: outs.length });
  for (const out of outs) markView(out, self, 'multiOutput');
  return outs;
}

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

const asStridedRecord: GradRecord<AsStridedAttrs> = {
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
  const need = storageOffset + spanOf(size, stride);
  if (need > self.storage.length) {
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

/** The dimensions in reverse order. */
export function reverseDims(self: Tensor): Tensor {
  return permute(
    self,
    self.shape.map((_, d) => self.ndim - 1 - d),
  );
}
