import type { GradRecord } from '../autograd/index.ts';
import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { expandShape, normalizeAxis } from '../shape/index.ts';
import { makeView, type ShapeAttrs, type Sizes, sizesOf } from './internal/view.ts';

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
  const shown = (dims: number | readonly number[]): string => [dims].flat().join(', ');
  const from = [source].flat().map((dim) => normalizeAxis(dim as number, self.ndim));
  const to = [destination].flat().map((dim) => normalizeAxis(dim as number, self.ndim));
  if (from.length !== to.length) {
    fail('op/argument', {
      text: `movedim: Invalid source or destination dims: source ([${shown(source)}] dims) should contain the same number of dims as destination ([${shown(destination)}] dims)`,
    });
  }
  const repeatedDim = (axes: readonly number[]): boolean => new Set(axes).size !== axes.length;
  for (const [name, axes, dims] of [
    ['source', from, source],
    ['destination', to, destination],
  ] as const) {
    if (repeatedDim(axes))
      fail('op/argument', { text: `movedim: repeated dim in \`${name}\` ([${shown(dims)}])` });
  }
  if (self.ndim === 0) return permute(self, []);
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
  const strides = new Array<number>(shape.length);
  for (let d = shape.length - 1; d >= 0; d--) {
    const from = d < lead ? 1 : self.shape[d - lead]!;
    if (from !== shape[d]) strides[d] = 0;
    else if (d >= lead) strides[d] = self.strides[d - lead]!;
    // A new dimension of size 1 steps over what is below it.
    else strides[d] = d === shape.length - 1 ? 1 : shape[d + 1]! * strides[d + 1]!;
  }
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

/** The dimensions in reverse order. */
export function reverseDims(self: Tensor): Tensor {
  return permute(
    self,
    self.shape.map((_, d) => self.ndim - 1 - d),
  );
}
