import { type GradRecord, markView } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { Tensor, trackAll } from '../extend/index.ts';
import { normalizeAxis } from '../shape/index.ts';
import { aliasTensor } from '../tensor/index.ts';
import type { ShapeAttrs } from './internal/view.ts';
import { cat, stack } from './join.ts';
import { type SelectAttrs, slice } from './slices.ts';

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
        text: `split_with_sizes expects split_sizes to sum exactly to ${total} (input tensor's size at dimension ${dim}), but got split_sizes=[${sizes.join(', ')}]`,
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
  if (self.ndim === 0) fail('shape/no-dims', { dim: 0 });
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
