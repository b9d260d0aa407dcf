import type { GradRecord } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { type Tensor, track } from '../extend/index.ts';
import { normalizeAxis, normalizeSlice, type Shape } from '../shape/index.ts';
import { makeView, type ShapeAttrs, unlinked } from './internal/view.ts';

export interface SelectAttrs extends ShapeAttrs {
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
