import type { GradRecord } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { copyInto, emptyTensor, freshCopy, noGrad, pointwise, s, Tensor, track } from '../extend/index.ts';
import { likeStrides, normalizeAxes, normalizeAxis, type Shape } from '../shape/index.ts';
import { aliasTensor } from '../tensor/index.ts';
import { awaiting } from './await-reads.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';
import { type Sizes, sizesOf } from './internal/view.ts';
import { cat } from './join.ts';
import { diagonalCopyRecord } from './strided.ts';

interface FlipAttrs {
  readonly axes: readonly number[];
}

const flipRecord: GradRecord<FlipAttrs> = {
  name: 'FlipBackward0',
  grads: [{ vjp: (g, c) => g.flip(c.attrs.axes) }],
};

/** The order of elements reversed along the dimensions. */
export function flip(self: Tensor, ...dims: Sizes): Tensor {
  const given = sizesOf(dims);
  const axes = given.length === 0 ? [] : (normalizeAxes(given, self.ndim) as readonly number[]);
  // The copy reads its source backwards: negative strides from the far end.
  let { offset } = self;
  const strides = self.strides.slice();
  for (const axis of axes) {
    offset += Math.max(self.shape[axis]! - 1, 0) * strides[axis]!;
    strides[axis] = -strides[axis]!;
  }
  const kept = likeStrides(self.shape, self.strides);
  const out = freshCopy(aliasTensor(self, self.shape, strides, offset), self.dtype, kept);
  return track(flipRecord, out, [self], { axes });
}

/** {@link flip} along the second dimension. */
export function fliplr(self: Tensor): Tensor {
  if (self.ndim < 2) fail('op/argument', { text: 'Input must be >= 2-d.' });
  return flip(self, 1);
}

/** {@link flip} along the first dimension. */
export function flipud(self: Tensor): Tensor {
  if (self.ndim < 1) fail('op/argument', { text: 'Input must be >= 1-d.' });
  return flip(self, 0);
}

interface RollAttrs {
  readonly shifts: readonly number[];
  readonly dims: readonly number[];
}

const rollRecord: GradRecord<RollAttrs> = {
  name: 'RollBackward0',
  grads: [
    {
      vjp: (g, { attrs }) =>
        g.roll(
          attrs.shifts.map((n) => -n),
          attrs.dims,
        ),
    },
  ],
};

/** Elements moved along the dimensions by `shifts`, those that fall off coming back at the other end. */
export function roll(
  self: Tensor,
  shifts: number | readonly number[],
  dims: number | readonly number[] = [],
): Tensor {
  const by = [shifts].flat() as number[];
  const along = [dims].flat() as number[];
  if (by.length === 0) fail('op/argument', { text: '`shifts` required' });
  if (along.length === 0 && by.length === 1) {
    const out = noGrad(() => roll(self.detach().flatten(), by, [0]).view(self.shape).detach());
    return track(rollRecord, out, [self], { shifts: by, dims: [] });
  }
  if (by.length !== along.length) {
    fail('op/argument', {
      text: `shifts and dimensions must align. shifts: ${by.length}, dims:${along.length}`,
    });
  }
  if (self.ndim === 0) fail('shape/no-dims', { dim: along[0]! });
  const out = noGrad(() => {
    let x = self.detach();
    along.forEach((dim, i) => {
      const axis = normalizeAxis(dim, self.ndim);
      const size = x.shape[axis]!;
      if (x.numel() === 0) return;
      const start = (((size - by[i]!) % size) + size) % size;
      x = cat([x.narrow(axis, start, size - start), x.narrow(axis, 0, start)], axis);
    });
    return x.numel() === 0 ? x.clone() : x;
  });
  return track(rollRecord, out, [self], { shifts: by, dims: along });
}

interface RepeatAttrs {
  readonly repeats: Shape;
  readonly shape: Shape;
}

const repeatRecord: GradRecord<RepeatAttrs> = {
  name: 'RepeatBackward0',
  grads: [{ vjp: (g, c) => repeatGrad(g, c.attrs) }],
};

function repeatGrad(g: Tensor, { repeats, shape }: RepeatAttrs): Tensor {
  const lead = repeats.length - shape.length;
  const split = repeats.flatMap((n, d) => [n, d < lead ? 1 : shape[d - lead]!]);
  if (g.numel() === 0) return g.newZeros(shape);
  return g
    .reshape(split)
    .sum(repeats.map((_, d) => 2 * d))
    .reshape(shape);
}

/** The tensor laid out `repeats[d]` times along each dimension; new dimensions come first. */
export function repeat(self: Tensor, ...repeats: Sizes): Tensor {
  if (repeats.length === 0) {
    fail('op/type', { text: 'repeat() missing 1 required positional arguments: "repeats"' });
  }
  const times = sizesOf(repeats);
  const lead = times.length - self.ndim;
  if (lead < 0) {
    fail('op/argument', {
      text: 'Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor',
    });
  }
  const from = [...new Array(lead).fill(1), ...self.shape] as number[];
  const strides = [...new Array(lead).fill(0), ...self.strides] as number[];
  const shape = from.map((n, d) => n * times[d]!);
  const negative = times.find((n) => n < 0);
  if (negative !== undefined) {
    fail('shape/negative-size', { size: shape.find((n) => n < 0) ?? negative, shape });
  }
  const out = emptyTensor(self.backend, self.dtype, shape);
  const split = from.flatMap((n, d) => [times[d]!, n]);
  const wide = aliasTensor(
    self,
    split,
    strides.flatMap((n) => [0, n]),
    self.offset,
  );
  const target = aliasTensor(
    out,
    split,
    out.strides.flatMap((n, d) => [n * from[d]!, n]),
    0,
  );
  copyInto(target, wide);
  return track(repeatRecord, out, [self], { repeats: times, shape: self.shape });
}

/** {@link repeat}, with missing leading repeats taken as 1. */
export function tile(self: Tensor, ...dims: Sizes): Tensor {
  const times = sizesOf(dims);
  const lead = Math.max(self.ndim - times.length, 0);
  return repeat(self, [...new Array(lead).fill(1), ...times]);
}

/** Each element repeated, `repeats` times or as often as a tensor says, along `dim` or in the flattened tensor. */
export function repeatInterleave(self: Tensor, repeats: number | Tensor, dim?: number | null): Tensor {
  const x = dim == null ? self.flatten() : self;
  if (x.ndim === 0) fail('shape/no-dims', { dim: dim! });
  const axis = dim == null ? 0 : normalizeAxis(dim, x.ndim);
  const count = x.ndim === 0 ? 1 : x.shape[axis]!;
  const times =
    repeats instanceof Tensor ? ([repeats.tolist()].flat() as (number | bigint)[]).map(Number) : [repeats];
  if (times.some((n) => n < 0)) fail('op/argument', { text: 'repeats can not be negative' });
  if (times.length !== 1 && times.length !== count) {
    fail('op/argument', { text: 'repeats must have the same size as input along dim' });
  }
  const positions: bigint[] = [];
  for (let i = 0; i < count; i++) {
    const n = times.length === 1 ? times[0]! : times[i]!;
    for (let k = 0; k < n; k++) positions.push(BigInt(i));
  }
  return x.indexSelect(axis, indexTensor(x, positions));
}

/** As {@link repeatInterleave}, on every backend. */
export const repeatInterleaveAsync: (
  self: Tensor,
  repeats: number | Tensor,
  dim?: number | null,
) => Promise<Tensor> = awaiting(repeatInterleave);

function indexTensor(like: Tensor, positions: readonly bigint[]): Tensor {
  const out = emptyTensor(like.backend, 'int64', [positions.length]);
  if (positions.length > 0) out.storage.write(0, BigInt64Array.from(positions));
  return out;
}

interface TriangleAttrs {
  readonly diagonal: number;
}

const keep = pointwise('tri', {
  rowMajor: true,
  condition: 1,
  forward: (x, mask) => s.where(mask!, x, s.literal(x.dtype === 'bool' ? false : 0, x.dtype)),
});

const triangle = (name: string, method: 'tril' | 'triu'): GradRecord<TriangleAttrs> => ({
  name,
  grads: [{ vjp: (g, c) => g[method](c.attrs.diagonal) }],
});
const trilRecord = triangle('TrilBackward0', 'tril');
const triuRecord = triangle('TriuBackward0', 'triu');

/** PyTorch asks for the size of a dimension that is not there. */
function requireMatrices(self: Tensor): void {
  if (self.ndim === 0) fail('shape/no-dims', { dim: -2 });
  if (self.ndim < 2) fail('shape/dim-range', { dim: -2, rank: self.ndim });
}

/** For each place of the last two dimensions, column - row. */
function columnMinusRow(self: Tensor): Tensor {
  const [rows, columns] = self.shape.slice(-2) as [number, number];
  return self.newArange(columns).unsqueeze(0).sub(self.newArange(rows).unsqueeze(1));
}

function trilFn(self: Tensor, diagonal = 0): Tensor {
  requireMatrices(self);
  const out = noGrad(() => keep.call([self.detach(), columnMinusRow(self).le(diagonal)], undefined));
  return track(trilRecord, out, [self], { diagonal });
}

/** The part of each matrix on and below a diagonal, zeros elsewhere. */
export const tril: WithInPlace<typeof trilFn> = withInPlace(trilFn);

function triuFn(self: Tensor, diagonal = 0): Tensor {
  requireMatrices(self);
  const out = noGrad(() => keep.call([self.detach(), columnMinusRow(self).ge(diagonal)], undefined));
  return track(triuRecord, out, [self], { diagonal });
}

/** The part of each matrix on and above a diagonal, zeros elsewhere. */
export const triu: WithInPlace<typeof triuFn> = withInPlace(triuFn);

/** A vector as the diagonal of a matrix, or a matrix's diagonal as a vector. */
export function diag(self: Tensor, diagonal = 0): Tensor {
  if (self.ndim === 1) return diagEmbed(self, diagonal);
  if (self.ndim !== 2) fail('op/argument', { text: 'matrix or a vector expected' });
  const out = noGrad(() => self.detach().diagonal(diagonal).clone());
  return track(diagonalCopyRecord, out, [self], { shape: self.shape, shift: diagonal, dims: [0, 1] });
}

/** {@link diag} of the flattened tensor as a matrix. */
export function diagflat(self: Tensor, offset = 0): Tensor {
  return diagEmbed(self.flatten(), offset);
}

interface DiagEmbedAttrs {
  readonly offset: number;
  readonly dims: readonly [number, number];
}

const diagEmbedRecord: GradRecord<DiagEmbedAttrs> = {
  name: 'DiagEmbedBackward0',
  grads: [{ vjp: (g, { attrs }) => g.diagonal(attrs.offset, ...attrs.dims) }],
};

/** Matrices in dimensions `dim1` and `dim2` whose diagonals are the last dimension of the tensor. */
export function diagEmbed(self: Tensor, offset = 0, dim1 = -2, dim2 = -1): Tensor {
  const rank = self.ndim + 1;
  const a = normalizeAxis(dim1, rank);
  const b = normalizeAxis(dim2, rank);
  if (a === b) fail('op/argument', { text: `diagonal dimensions cannot be identical ${dim1}, ${dim2}` });
  const size = self.shape[self.ndim - 1]! + Math.abs(offset);
  const rest = [...self.shape.slice(0, -1)];
  const shape = Array.from({ length: rank }, (_, d) => (d === a || d === b ? size : rest.shift()!));
  const out = noGrad(() => {
    const zeros = self.detach().newZeros(shape);
    zeros.diagonal(offset, a, b).copy_(self.detach());
    return zeros;
  });
  return track(diagEmbedRecord, aliasTensor(out), [self], { offset, dims: [a, b] });
}

/** The sum of a matrix's diagonal. */
export function trace(self: Tensor): Tensor {
  if (self.ndim !== 2) {
    fail('op/argument', { text: `trace: expected a matrix, but got tensor with dim ${self.ndim}` });
  }
  const out = noGrad(() => self.detach().diagonal().sum());
  return track(traceRecord, out, [self], { shape: self.shape });
}

const traceRecord: GradRecord<{ readonly shape: Shape }> = {
  name: 'TraceBackward0',
  grads: [
    {
      vjp: (g, { attrs }) => {
        const [rows, columns] = attrs.shape as [number, number];
        const ones = noGrad(() => {
          const zeros = g.detach().newZeros([rows, columns]);
          zeros.diagonal().fill_(1);
          return aliasTensor(zeros);
        });
        return g.mul(ones);
      },
    },
  ],
};

/** Rotated by 90 degrees `k` times, from the first of `dims` toward the second. */
export function rot90(
  self: Tensor,
  k = 1,
  dims: readonly [number, number] | readonly number[] = [0, 1],
): Tensor {
  if (dims.length !== 2) {
    fail('op/argument', { text: `expected total rotation dims == 2, but got dims = ${dims.length}` });
  }
  if (self.ndim < 2)
    fail('op/argument', { text: `expected total dims >= 2, but got total dims = ${self.ndim}` });
  const [a, b] = dims.map((dim) => normalizeAxis(dim, self.ndim)) as unknown as [number, number];
  if (a === b) {
    fail('op/argument', {
      text: `expected rotation dims to be different, but got dim0 = ${dims[0]} and dim1 = ${dims[1]}`,
    });
  }
  const turns = ((k % 4) + 4) % 4;
  if (turns === 1) return self.flip([b]).transpose(a, b);
  if (turns === 2) return self.flip([a, b]);
  return turns === 3 ? self.flip([a]).transpose(a, b) : self.clone();
}

/** Differences of neighbours along `dim`, `n` times. */
export function diff(
  self: Tensor,
  n = 1,
  dim = -1,
  options: { readonly prepend?: Tensor | undefined; readonly append?: Tensor | undefined } = {},
): Tensor {
  if (self.ndim === 0) fail('op/argument', { text: 'diff expects input to be at least one-dimensional' });
  if (n < 0) fail('op/argument', { text: `order must be non-negative but got ${n}` });
  const axis = normalizeAxis(dim, self.ndim);
  if (n === 0) return self.clone();
  const { prepend, append } = options;
  const parts = [prepend, self, append].filter((x) => x !== undefined);
  let x = parts.length === 1 ? self : cat(parts, axis);
  for (let i = 0; i < n && x.shape[axis]! > 0; i++) {
    const size = x.shape[axis]!;
    const [after, before] = [
      x.narrow(axis, 1, Math.max(size - 1, 0)),
      x.narrow(axis, 0, Math.max(size - 1, 0)),
    ];
    x = x.dtype === 'bool' ? after.logicalXor(before) : after.sub(before);
  }
  return x;
}

/** Summed over leading and stretched dimensions down to a shape it was broadcast from. */
export function sumToSize(self: Tensor, ...sizes: Sizes): Tensor {
  const shape = sizesOf(sizes);
  const lead = self.ndim - shape.length;
  const axes = self.shape
    .map((_, d) => d)
    .filter((d) => d < lead || (shape[d - lead] === 1 && self.shape[d] !== 1));
  if (lead < 0 || self.shape.some((n, d) => d >= lead && shape[d - lead] !== 1 && shape[d - lead] !== n)) {
    fail('op/argument', {
      text: `size {[${shape.join(', ')}]} is not expandable to size {[${self.shape.join(', ')}]}.`,
    });
  }
  // To no dimensions PyTorch sums whatever is there, which makes int64 of integers.
  if (shape.length === 0) return self.sum();
  if (axes.length === 0) return self;
  const summed = self.sum(axes, { keepdim: true });
  return lead === 0 ? summed : summed.view(shape);
}
