import type { GradRecord } from '../autograd/index.ts';
import { freshCopy, kernelOf } from '../dispatch/index.ts';
import { dtypeInfo, isFloatingPoint, promoteTypes, type Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, noGrad, type Operand, pointwise, s, Tensor, track } from '../extend/index.ts';
import { planIndexed, type ScatterMode } from '../kernel/index.ts';
import { broadcastStrides, normalizeAxis, numelOf, type Shape } from '../shape/index.ts';
import { type WithInPlace, withInPlace } from './copy.ts';
import { fullTensor, inferDtype } from './creation.ts';
import { cat } from './join.ts';

const whereOp = pointwise('where', {
  condition: 0,
  forward: (condition, a, b) => s.where(condition, a, b),
  grads: [
    null,
    { in: [0], vjp: (g, c) => where(c.input(0), g, 0) },
    { in: [0], vjp: (g, c) => where(c.input(0), 0, g) },
  ],
});

/**
 * `self` where the condition is true, `other` elsewhere. With the condition alone, the indices of its true elements, as
 * {@link nonzero} with a tensor per dimension.
 */
export function where(condition: Tensor, self: Operand, other: Operand): Tensor {
  if (condition.dtype !== 'bool' && condition.dtype !== 'uint8') {
    fail('op/where-condition', { dtype: dtypeInfo[condition.dtype].title });
  }
  return whereOp.call(
    [condition, asOperand(condition, self, other), asOperand(condition, other, self)],
    undefined,
  );
}

/** Of two scalars one becomes a tensor, so that the result has a dtype of its own. */
function asOperand(condition: Tensor, value: Operand, other: Operand): Operand {
  if (value instanceof Tensor || other instanceof Tensor) return value;
  return fullTensor(condition.backend, promoteTypes(inferDtype(value), inferDtype(other)), [], value);
}

const maskedFillOp = pointwise('masked_fill', {
  condition: 1,
  forward: (self, mask, value) => s.where(mask, value, self),
  grads: [
    { in: [1], vjp: (g, c) => g.maskedFill(c.input(1), 0) },
    null,
    { in: [1], vjp: (g, c) => where(c.input(1), g, 0).sum() },
  ],
});

interface MaskedFill {
  (self: Tensor, mask: Tensor, value: Operand): Tensor;
  readonly inPlace: (self: Tensor, mask: Tensor, value: Operand) => Tensor;
}

/** `value`, a scalar or 0-d tensor, where the mask is true. The result has the tensor's dtype. */
export const maskedFill: MaskedFill = Object.assign(
  (self: Tensor, mask: Tensor, value: Operand): Tensor => {
    checkMask(mask, value);
    return maskedFillOp.call([self, mask, fitValue(self, value)], undefined);
  },
  {
    inPlace: (self: Tensor, mask: Tensor, value: Operand): Tensor => {
      checkMask(mask, value);
      return maskedFillOp.callInPlace([self, mask, fitValue(self, value)], undefined);
    },
  },
);

function checkMask(mask: Tensor, value: Operand): void {
  if (mask.dtype !== 'bool' && mask.dtype !== 'uint8') {
    fail('op/argument', {
      text: `masked_fill_ only supports boolean masks, but got mask with dtype ${mask.dtype}`,
    });
  }
  if (value instanceof Tensor && value.ndim > 0) {
    fail('op/argument', {
      text: `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    });
  }
}

function fitValue(self: Tensor, value: Operand): Operand {
  if (value instanceof Tensor) return value.dtype === self.dtype ? value : value.to(self.dtype);
  if (!isFloatingPoint(self.dtype) && typeof value === 'number' && !Number.isInteger(value)) {
    fail('op/argument', { text: `value cannot be converted to type ${self.dtype}_t without overflow` });
  }
  return self.dtype === 'bool' ? Boolean(value) : value;
}

/** The elements where the mask is true, in one dimension. Its shape depends on data, so it must read. */
export function maskedSelect(self: Tensor, mask: Tensor): Tensor {
  if (mask.dtype !== 'bool') {
    fail('op/argument', { text: 'masked_select: expected BoolTensor for mask' });
  }
  const shape = broadcastPair(self.shape, mask.shape);
  const index = nonzero(mask.expand(shape).reshape([numelOf(shape)])).squeeze(1);
  return self
    .expand(shape)
    .reshape([numelOf(shape)])
    .indexSelect(0, index);
}

function broadcastPair(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, d) => {
    const x = a[d - rank + a.length] ?? 1;
    const y = b[d - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) fail('shape/broadcast', { a: x, b: y, dim: d });
    return x === 1 ? y : x;
  });
}

/** The indices of the elements that are not 0: one row each, one column per dimension. Reads the tensor. */
export function nonzero(self: Tensor): Tensor {
  const elements = self.detach().ne(0).toElements('nonzero()', 'nonzeroAsync()');
  return indicesOf(self, elements as Uint8Array);
}

/** As {@link nonzero}, on every backend. */
export async function nonzeroAsync(self: Tensor): Promise<Tensor> {
  return indicesOf(self, (await self.detach().ne(0).toElementsAsync()) as Uint8Array);
}

function indicesOf(self: Tensor, flags: Uint8Array): Tensor {
  const { shape } = self;
  let count = 0;
  for (const flag of flags) count += flag;
  const rows = new BigInt64Array(count * shape.length);
  let at = 0;
  flags.forEach((flag, position) => {
    if (flag === 0) return;
    let rest = position;
    for (let d = shape.length - 1; d >= 0; d--) {
      rows[at + d] = BigInt(rest % shape[d]!);
      rest = Math.floor(rest / shape[d]!);
    }
    at += shape.length;
  });
  const out = emptyTensor(self.backend, 'int64', [count, shape.length]);
  if (rows.length > 0) out.storage.write(0, rows);
  return out;
}

interface AxisAttrs {
  readonly shape: Shape;
  readonly axis: number;
}

const gatherRecord: GradRecord<AxisAttrs> = {
  name: 'GatherBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.newZeros(c.attrs.shape).scatterAdd(c.attrs.axis, c.input(1), g) },
    null,
  ],
};

function checkIndex(op: string, self: Tensor, axis: number, index: Tensor): void {
  if (index.dtype !== 'int64') fail('index/gather-dtype', { op });
  if (index.numel() === 0) return;
  if (Math.max(index.ndim, 1) !== Math.max(self.ndim, 1)) fail('index/rank', {});
  index.shape.forEach((size, d) => {
    if (d !== axis && size > self.shape[d]!) {
      fail('op/argument', {
        text: `Size does not match at dimension ${d} expected index [${index.shape.join(', ')}] to be smaller than self [${self.shape.join(', ')}] apart from dimension ${axis}`,
      });
    }
  });
}

/** out[i][j] = self[index[i][j]][j] for `dim` 0, and so on. */
export function gather(self: Tensor, dim: number, index: Tensor): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  checkIndex('gather', self, axis, index);
  const out = emptyTensor(self.backend, self.dtype, index.shape);
  gatherInto(out, self, axis, index, (bad, size) =>
    fail('index/gather-range', { index: bad, dim: axis, size }),
  );
  return track(gatherRecord, out, [self, index], { shape: self.shape, axis });
}

/** Fills `out` from `self` through `index`; `refuse` gets the first index out of range. */
function gatherInto(
  out: Tensor,
  self: Tensor,
  axis: number,
  index: Tensor,
  refuse: (bad: number, size: number) => never,
): void {
  if (out.numel() === 0) return;
  const size = self.shape[axis] ?? 1;
  const plan = planIndexed(out.shape, axis, [out.strides, index.strides, self.strides], 2, size, false);
  const bad = kernelOf(out.backend, 'gather')(plan, out, index, self);
  if (bad !== undefined) refuse(bad, size);
}

/** {@link gather} with broadcasting; without `dim` over the flattened tensor. */
export function takeAlongDim(self: Tensor, indices: Tensor, dim?: number): Tensor {
  if (dim === undefined) return self.reshape(-1).gather(0, indices.reshape(-1));
  const axis = normalizeAxis(dim, self.ndim);
  if (self.ndim !== indices.ndim) {
    fail('op/argument', {
      text: `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${self.ndim} dimensions for input, and ${indices.ndim} dimensions for indices`,
    });
  }
  if (indices.dtype !== 'int64') {
    fail('op/argument', {
      text: `torch.take_along_dim(): dtype of indices should be Long but got ${dtypeInfo[indices.dtype].title}`,
    });
  }
  const others = (own: Shape, other: Shape): number[] =>
    own.map((n, d) => (d === axis ? n : broadcastPair([n], [other[d]!])[0]!));
  return self
    .expand(others(self.shape, indices.shape))
    .gather(axis, indices.expand(others(indices.shape, self.shape)));
}

const indexSelectRecord: GradRecord<AxisAttrs> = {
  name: 'IndexSelectBackward0',
  grads: [{ in: [1], vjp: (g, c) => g.newZeros(c.attrs.shape).indexAdd(c.attrs.axis, c.input(1), g) }, null],
};

/** The slices along `dim` that a vector of indices names. */
export function indexSelect(self: Tensor, dim: number, index: Tensor): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  if (index.ndim > 1) fail('op/index', { text: 'index_select(): Index is supposed to be a vector' });
  if (index.dtype !== 'int64' && index.dtype !== 'int32') {
    fail('op/argument', { text: 'index_select(): Expected dtype int32 or int64 for index' });
  }
  const long = index.to('int64');
  const count = long.numel();
  const shape = self.ndim === 0 ? [] : self.shape.map((n, d) => (d === axis ? count : n));
  const out = emptyTensor(self.backend, self.dtype, shape);
  const along = alongAxis(long, shape, axis);
  gatherInto(out, self, axis, along, (bad, size) => fail('index/index-select-range', { index: bad, size }));
  return track(indexSelectRecord, out, [self, long], { shape: self.shape, axis });
}

/** A vector of indices seen as an index for every element of `shape`. */
function alongAxis(index: Tensor, shape: Shape, axis: number): Tensor {
  if (shape.length === 0) return noGrad(() => index.detach().reshape([]));
  const strides = shape.map((_, d) => (d === axis ? (index.strides[0] ?? 1) : 0));
  return noGrad(() => index.detach().asStrided(shape, strides, index.offset));
}

/** `scatter`'s kernel on fresh or given memory; `refuse` gets the first index out of range. */
function scatterInto(
  mode: ScatterMode,
  out: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor,
  refuse: (bad: number, size: number) => never,
): void {
  if (index.numel() === 0) return;
  const size = out.shape[axis] ?? 1;
  const sourceStrides = broadcastStrides(source.ndim === 0 ? [] : source.shape, source.strides, index.shape);
  const plan = planIndexed(
    index.shape,
    axis,
    [out.strides, index.strides, source.ndim === 0 ? sourceStrides : source.strides],
    0,
    size,
    false,
  );
  const bad = kernelOf(out.backend, 'scatter')(mode, plan, out, index, source);
  if (bad !== undefined) refuse(bad, size);
}

interface ScatterAttrs extends AxisAttrs {
  readonly sourceShape: Shape;
}

const scatterRecord: GradRecord<ScatterAttrs> = {
  name: 'ScatterBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.scatter(c.attrs.axis, c.input(1), 0) },
    null,
    { in: [1], vjp: (g, c) => scatterSourceGrad(g, c.attrs, c.input(1)) },
  ],
};
const scatterValueRecord: GradRecord<ScatterAttrs> = { ...scatterRecord, name: 'ScatterBackward1' };

const scatterAddRecord: GradRecord<ScatterAttrs> = {
  name: 'ScatterAddBackward0',
  grads: [{ vjp: (g) => g }, null, { in: [1], vjp: (g, c) => scatterSourceGrad(g, c.attrs, c.input(1)) }],
};

/** A source larger than its index gets zeros where it was not used. */
function scatterSourceGrad(g: Tensor, { axis, sourceShape }: ScatterAttrs, index: Tensor): Tensor {
  const used = g.gather(axis, index);
  if (index.shape.every((n, d) => n === sourceShape[d])) return used;
  return padTo(used, sourceShape);
}

function padTo(used: Tensor, shape: Shape): Tensor {
  let out = used;
  shape.forEach((size, d) => {
    const missing = size - out.shape[d]!;
    if (missing > 0) {
      const filler = out.newZeros(out.shape.map((n, k) => (k === d ? missing : n)));
      out = cat([out, filler], d);
    }
  });
  return out;
}

function scattered(
  record: GradRecord<ScatterAttrs>,
  mode: ScatterMode,
  op: string,
  self: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  value?: Scalar,
): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  checkScatter(op, self, axis, index, value === undefined ? source : undefined);
  const out = freshCopy(self);
  const refuse = (bad: number, size: number): never =>
    fail('index/gather-range', { index: bad, dim: axis, size });
  scatterInto(mode, out, axis, index, source, refuse);
  const inputs = value === undefined ? [self, index, source] : [self, index, value];
  return track(record, out, inputs, { shape: self.shape, axis, sourceShape: source.shape });
}

function checkScatter(
  op: string,
  self: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor | undefined,
): void {
  if (index.dtype !== 'int64') fail('index/gather-dtype', { op });
  if (source !== undefined && source.dtype !== self.dtype) {
    fail('op/argument', { text: `${op}(): Expected self.dtype to be equal to src.dtype` });
  }
  if (index.numel() === 0) return;
  if (Math.max(index.ndim, 1) !== Math.max(self.ndim, 1)) fail('index/rank', {});
  if (source !== undefined && Math.max(source.ndim, 1) !== Math.max(index.ndim, 1)) {
    fail('op/argument', { text: 'Index tensor must have the same number of dimensions as src tensor' });
  }
  const sizes = (x: Tensor): string => `[${x.shape.join(', ')}]`;
  index.shape.forEach((size, d) => {
    const tooLarge = d !== axis && size > self.shape[d]!;
    if (tooLarge || (source !== undefined && size > (source.shape[d] ?? 1))) {
      const source_ = source === undefined ? '' : ` and to be smaller size than src ${sizes(source)}`;
      fail('op/argument', {
        text: `Expected index ${sizes(index)} to be smaller than self ${sizes(self)} apart from dimension ${axis}${source_}`,
      });
    }
  });
}

const modes = { add: 'add', multiply: 'mul' } as const;

/** Keyword arguments of {@link scatter}. */
export interface ScatterOptions {
  /** Combines with what is there instead of replacing it; then there is no gradient. */
  readonly reduce?: keyof typeof modes;
}

function scatterFn(
  self: Tensor,
  dim: number,
  index: Tensor,
  source: Operand,
  options: ScatterOptions = {},
): Tensor {
  const mode = options.reduce === undefined ? 'set' : modes[options.reduce];
  if (source instanceof Tensor) return scattered(scatterRecord, mode, 'scatter', self, dim, index, source);
  const value = fullTensor(self.backend, self.dtype, [], source);
  return scattered(scatterValueRecord, mode, 'scatter', self, dim, index, value, source);
}

/** self with out[index[i][j]][j] = source[i][j] for `dim` 0, and so on; the last of several writers wins. */
export const scatter: WithInPlace<typeof scatterFn> = withInPlace(scatterFn);

function scatterAddFn(self: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return scattered(scatterAddRecord, 'add', 'scatter_add', self, dim, index, source);
}

/** As {@link scatter}, adding. */
export const scatterAdd: WithInPlace<typeof scatterAddFn> = withInPlace(scatterAddFn);

interface IndexAddAttrs extends AxisAttrs {
  readonly alpha: number;
  readonly sourceShape: Shape;
}

const indexAddRecord: GradRecord<IndexAddAttrs> = {
  name: 'IndexAddBackward0',
  grads: [
    { vjp: (g) => g },
    null,
    {
      in: [1],
      vjp: (g, c) => g.indexSelect(c.attrs.axis, c.input(1)).mul(c.attrs.alpha).reshape(c.attrs.sourceShape),
    },
  ],
};

function indexAddFn(
  self: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  options: { readonly alpha?: number } = {},
): Tensor {
  const { alpha = 1 } = options;
  const axis = normalizeAxis(dim, self.ndim);
  checkIndexAdd(self, axis, index, source);
  const scaled = noGrad(() => (alpha === 1 ? source.detach() : source.detach().mul(alpha)));
  const out = freshCopy(self);
  writeSlices('add', out, axis, index.to('int64'), scaled);
  return track(indexAddRecord, out, [self, index.to('int64'), source], {
    shape: self.shape,
    axis,
    alpha,
    sourceShape: source.shape,
  });
}

function checkIndexAdd(self: Tensor, axis: number, index: Tensor, source: Tensor): void {
  if (index.ndim > 1) fail('op/index', { text: 'index_add_(): Index is supposed to be a vector' });
  if (index.dtype !== 'int64' && index.dtype !== 'int32') {
    fail('op/argument', { text: 'index_add_(): Expected dtype int32/int64 for index' });
  }
  if (self.dtype !== source.dtype) {
    fail('op/argument', { text: 'index_add_(): self and source must have the same scalar type' });
  }
  if (index.numel() !== (source.ndim === 0 ? 1 : source.shape[axis])) {
    fail('op/argument', {
      text: 'index_add_(): Number of indices should be equal to self.size(dim)',
    });
  }
}

/** Writes each slice of `source` along `axis` to where a vector of indices says. */
function writeSlices(mode: ScatterMode, out: Tensor, axis: number, index: Tensor, source: Tensor): void {
  const shape = source.ndim === 0 ? (out.ndim === 0 ? [] : [1]) : source.shape;
  const from = shape.length === source.ndim ? source : noGrad(() => source.reshape(shape));
  const refuse = (): never => fail('index/self-range', {});
  scatterInto(mode, out, axis, alongAxis(index, shape, axis), from, refuse);
}

/** self with slices of `source` added where the indices say. */
export const indexAdd: WithInPlace<typeof indexAddFn> = withInPlace(indexAddFn);

const indexCopyRecord: GradRecord<AxisAttrs & { readonly sourceShape: Shape }> = {
  name: 'IndexCopyBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.indexFill(c.attrs.axis, c.input(1), 0) },
    null,
    { in: [1], vjp: (g, c) => g.indexSelect(c.attrs.axis, c.input(1)).reshape(c.attrs.sourceShape) },
  ],
};

function indexCopyFn(self: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  if (index.dtype !== 'int64')
    fail('op/argument', { text: 'index_copy_(): Expected a long tensor for index' });
  const out = freshCopy(self);
  writeSlices('set', out, axis, index, source);
  return track(indexCopyRecord, out, [self, index, source], {
    shape: self.shape,
    axis,
    sourceShape: source.shape,
  });
}

/** self with slices replaced by those of `source` where the indices say. */
export const indexCopy: WithInPlace<typeof indexCopyFn> = withInPlace(indexCopyFn);

const indexFillRecord: GradRecord<AxisAttrs> = {
  name: 'IndexFillBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.indexFill(c.attrs.axis, c.input(1), 0) },
    null,
    { in: [1], vjp: (g, c) => g.indexSelect(c.attrs.axis, c.input(1)).sum() },
  ],
};

function indexFillFn(self: Tensor, dim: number, index: Tensor, value: Operand): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  const filler =
    value instanceof Tensor ? value.detach().to(self.dtype) : fullTensor(self.backend, self.dtype, [], value);
  if (filler.ndim > 0) {
    fail('op/argument', {
      text: `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${filler.ndim} dimension(s).`,
    });
  }
  const long = index.to('int64');
  const out = freshCopy(self);
  const shape = self.ndim === 0 ? [] : self.shape.map((n, d) => (d === axis ? long.numel() : n));
  noGrad(() => writeSlices('set', out, axis, long, filler.expand(shape)));
  return track(indexFillRecord, out, [self, long, value], { shape: self.shape, axis });
}

/** self with slices set to one value where the indices say. */
export const indexFill: WithInPlace<typeof indexFillFn> = withInPlace(indexFillFn);

/** The elements at positions of the flattened tensor; negative ones count from the end. */
export function take(self: Tensor, index: Tensor): Tensor {
  if (index.dtype !== 'int64') {
    fail('op/argument', {
      text: `take(): Expected a long tensor for index, but got ${dtypeInfo[index.dtype].title}`,
    });
  }
  const flat = self.reshape(-1);
  return flat.indexSelect(0, wrapNegative(index.reshape(-1), flat.numel())).view(index.shape);
}

/** Indices with negative ones counted from the end. */
export function wrapNegative(index: Tensor, size: number): Tensor {
  return noGrad(() => where(index.detach().lt(0), index.detach().add(size), index.detach()));
}
