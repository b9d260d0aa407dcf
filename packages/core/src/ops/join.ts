import { promoteTypes } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { copyInto, emptyTensor, type GradRecord, noGrad, Tensor, track } from '../extend/index.ts';
import { broadcastShapes, normalizeAxis, type Shape, sameShape } from '../shape/index.ts';
import { aliasTensor } from '../tensor/index.ts';

interface CatAttrs {
  readonly axis: number;
  readonly sizes: readonly number[];
  readonly skipped: readonly boolean[];
}

const catRecord: GradRecord<CatAttrs> = {
  name: 'CatBackward0',
  backward: ([g], c) => {
    const { axis, sizes, skipped } = c.attrs;
    let start = 0;
    return sizes.map((size, i) => {
      if (skipped[i]) return c.needs(i) ? g!.newZeros([0]) : null;
      const part = c.needs(i) ? g!.narrow(axis, start, size) : null;
      start += size;
      return part;
    });
  },
};

/** A 1-d tensor without elements fits everything, for PyTorch's sake. */
const isLegacyEmpty = (x: Tensor): boolean => x.ndim === 1 && x.shape[0] === 0;

function checkCat(tensors: readonly Tensor[], axis: number, first: Tensor): void {
  tensors.forEach((x, index) => {
    if (isLegacyEmpty(x)) return;
    if (x.ndim !== first.ndim) fail('shape/cat-rank', { a: first.ndim, b: x.ndim });
    x.shape.forEach((size, d) => {
      if (d !== axis && size !== first.shape[d]) {
        fail('shape/cat-sizes', { dim: axis, expected: first.shape[d]!, got: size, index });
      }
    });
  });
}

/** The tensors one after the other along `dim`; their dtypes are promoted. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  if (!Array.isArray(tensors)) fail('op/not-tensors', { op: 'cat', value: tensors });
  if (tensors.length === 0) fail('shape/cat-empty', {});
  tensors.forEach((x, index) => {
    if (!(x instanceof Tensor)) {
      fail('op/list-element', { index, value: x });
    }
    if (x.ndim === 0) fail('shape/cat-scalar', { index });
  });
  const first = tensors.find((x) => !isLegacyEmpty(x)) ?? tensors[0]!;
  const axis = normalizeAxis(dim, first.ndim);
  checkCat(tensors, axis, first);
  const skipped = tensors.map((x) => isLegacyEmpty(x) && !isLegacyEmpty(first));
  const sizes = tensors.map((x, i) => (skipped[i] ? 0 : x.shape[axis]!));
  const shape = first.shape.slice();
  shape[axis] = sizes.reduce((a, b) => a + b, 0);
  const dtype = tensors.map((x) => x.dtype).reduce(promoteTypes);
  const out = emptyTensor(first.backend, dtype, shape);
  let start = 0;
  tensors.forEach((x, i) => {
    if (skipped[i] || sizes[i] === 0) return;
    const part = aliasTensor(out, x.shape, out.strides, out.offset + start * out.strides[axis]!);
    copyInto(part, x);
    start += sizes[i]!;
  });
  return track(catRecord, out, tensors, { axis, sizes, skipped });
}

export const concat: typeof cat = cat;
export const concatenate: typeof cat = cat;

interface StackAttrs {
  readonly axis: number;
}

const stackRecord: GradRecord<StackAttrs> = {
  name: 'StackBackward0',
  backward: ([g], c) => g!.unbind(c.attrs.axis),
};

/** The tensors, all of one shape, along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) fail('shape/stack-empty', {});
  tensors.forEach((x, index) => {
    if (!(x instanceof Tensor)) fail('op/list-element', { index, value: x });
  });
  const axis = normalizeAxis(dim, first.ndim + 1);
  tensors.forEach((x, index) => {
    if (x.shape.length !== first.ndim || x.shape.some((size, d) => size !== first.shape[d])) {
      fail('shape/stack-sizes', { a: first.shape, b: x.shape, index });
    }
  });
  const out = noGrad(() =>
    cat(
      tensors.map((x) => x.detach().unsqueeze(axis)),
      axis,
    ),
  );
  return track(stackRecord, out, tensors, { axis });
}

const atLeast = (rank: 1 | 2 | 3, x: Tensor): Tensor => {
  if (x.ndim >= rank) return x;
  if (rank === 1) return x.reshape([1]);
  if (rank === 2) return x.ndim === 0 ? x.reshape([1, 1]) : x.unsqueeze(0);
  if (x.ndim === 0) return x.reshape([1, 1, 1]);
  return x.ndim === 1 ? x.unsqueeze(0).unsqueeze(-1) : x.unsqueeze(-1);
};

/** The tensor, or each of several, with at least one dimension. */
export function atleast1d(tensors: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return tensors instanceof Tensor ? atLeast(1, tensors) : tensors.map((x) => atLeast(1, x));
}

/** The tensor, or each of several, with at least two dimensions. */
export function atleast2d(tensors: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return tensors instanceof Tensor ? atLeast(2, tensors) : tensors.map((x) => atLeast(2, x));
}

/** The tensor, or each of several, with at least three dimensions. */
export function atleast3d(tensors: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return tensors instanceof Tensor ? atLeast(3, tensors) : tensors.map((x) => atLeast(3, x));
}

/** Side by side: along the second dimension, or the only one. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 0) fail('op/argument', { text: 'hstack expects a non-empty TensorList' });
  const parts = tensors.map((x) => atLeast(1, x));
  return cat(parts, parts[0]!.ndim === 1 ? 0 : 1);
}

/** One below the other: along the first of at least two dimensions. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 0) fail('op/argument', { text: 'vstack expects a non-empty TensorList' });
  return cat(
    tensors.map((x) => atLeast(2, x)),
    0,
  );
}

export const rowStack: typeof vstack = vstack;

/** One behind the other: along the third of at least three dimensions. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 0) fail('op/argument', { text: 'dstack expects a non-empty TensorList' });
  return cat(
    tensors.map((x) => atLeast(3, x)),
    2,
  );
}

/** Vectors as the columns of a matrix. */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 0) fail('op/argument', { text: 'column_stack expects a non-empty TensorList' });
  return hstack(tensors.map((x) => (x.ndim <= 1 ? x.reshape([x.numel(), 1]) : x)));
}

/** The tensors stretched to their common shape. */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  const shape = broadcastShapesOf(tensors.map((x) => x.shape));
  return tensors.map((x) => (sameShape(x.shape, shape) ? x : x.expand(shape)));
}

/** The common shape of several. @throws `shape/broadcast` */
export function broadcastShapesOf(shapes: readonly Shape[]): Shape {
  return shapes.reduce(broadcastShapes, []);
}

/** Each tensor's values varying along a dimension of its own: coordinate grids. */
export function meshgrid(
  tensors: readonly Tensor[],
  options: { readonly indexing?: 'ij' | 'xy' } = {},
): Tensor[] {
  const xy = options.indexing === 'xy' && tensors.length >= 2;
  const order = xy ? [tensors[1]!, tensors[0]!, ...tensors.slice(2)] : tensors;
  const shape = order.map((x) => x.numel());
  const grids = order.map((x, i) => x.reshape(shape.map((_, d) => (d === i ? x.numel() : 1))).expand(shape));
  return xy ? [grids[1]!, grids[0]!, ...grids.slice(2)] : grids;
}

interface BlockDiagAttrs {
  /** Where each block begins, and how large it is; and the shape it had. */
  readonly blocks: readonly {
    readonly at: readonly [number, number];
    readonly size: Shape;
    readonly shape: Shape;
  }[];
}

const blockDiagRecord: GradRecord<BlockDiagAttrs> = {
  name: 'BlockDiagBackward0',
  backward: ([g], c) =>
    c.attrs.blocks.map(({ at: [row, column], size: [rows, columns], shape }, i) =>
      c.needs(i) ? g!.narrow(0, row, rows!).narrow(1, column, columns!).reshape(shape) : null,
    ),
};

/** Matrices along the diagonal of a larger one. */
export function blockDiag(...tensors: readonly Tensor[]): Tensor {
  tensors.forEach(({ ndim }, i) => {
    if (ndim <= 2) return;
    const text = `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${i} has ${ndim} dimensions`;
    fail('op/argument', { text });
  });
  const parts = noGrad(() => tensors.map((x) => atLeast(2, x.detach())));
  if (parts.length === 0) fail('shape/cat-empty', {});
  let [rows, columns] = [0, 0];
  const blocks = parts.map((part, i) => {
    const at: [number, number] = [rows, columns];
    rows += part.shape[0]!;
    columns += part.shape[1]!;
    return { at, size: part.shape, shape: tensors[i]!.shape };
  });
  const dtype = parts.map((x) => x.dtype).reduce(promoteTypes);
  const out = emptyTensor(parts[0]!.backend, dtype, [rows, columns]);
  noGrad(() => {
    out.zero_();
    parts.forEach((part, i) => {
      const [row, column] = blocks[i]!.at;
      const offset = row * columns + column;
      copyInto(aliasTensor(out, part.shape, out.strides, offset), part);
    });
  });
  return track(blockDiagRecord, aliasTensor(out), tensors, { blocks });
}
