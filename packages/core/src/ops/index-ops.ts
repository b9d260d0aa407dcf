import type { GradRecord } from '../autograd/index.ts';
import { copyInto, freshCopy } from '../dispatch/index.ts';
import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { noGrad, type Operand, Tensor, track } from '../extend/index.ts';
import type { ScatterMode } from '../kernel/index.ts';
import { likeStrides, normalizeAxis, type Shape } from '../shape/index.ts';
import { fullTensor } from './creation.ts';
import { type AxisAttrs, alongAxis, checkedRange, scatterInto } from './internal/indexed.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';

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
  const title = (x: Tensor): string => dtypeInfo[x.dtype].title;
  if (index.ndim > 1) {
    fail('op/index', {
      text: `index_add_(): Index is supposed to be a vector, but got dim: ${index.ndim} with type: ${title(index)} and size: [${index.shape.join(', ')}]`,
    });
  }
  if (index.dtype !== 'int64' && index.dtype !== 'int32') {
    fail('op/argument', {
      text: `index_add_(): Expected dtype int32/int64 for index but got: ${title(index)}`,
    });
  }
  if (self.dtype !== source.dtype) {
    fail('op/argument', {
      text: `index_add_(): self (${title(self)}) and source (${title(source)}) must have the same scalar type`,
    });
  }
  const size = source.ndim === 0 ? 1 : (source.shape[axis] ?? 1);
  if (index.numel() !== size) {
    fail('index/count', { op: 'index_add_', indices: index.numel(), size, dim: axis });
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
  if (self.dtype !== source.dtype) {
    fail('op/argument', {
      text: `index_copy_(): self and source expected to have the same dtype, but got (self) ${dtypeInfo[self.dtype].title} and (source) ${dtypeInfo[source.dtype].title}`,
    });
  }
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
  name: 'IndexFillBackward1',
  grads: [
    { in: [1], vjp: (g, c) => g.indexFill(c.attrs.axis, c.input(1), 0) },
    null,
    { in: [1], vjp: (g, c) => g.indexSelect(c.attrs.axis, c.input(1)).sum() },
  ],
};
const indexFillScalarRecord: GradRecord<AxisAttrs> = {
  name: 'IndexFillBackward0',
  grads: [{ in: [1], vjp: (g, c) => g.indexFill(c.attrs.axis, c.input(1), 0) }, null, null],
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
  const out = freshCopy(self, self.dtype, likeStrides(self.shape, self.strides));
  if (self.ndim === 0) return fillScalar(self, out, long, filler, value);
  const shape = self.shape.map((n, d) => (d === axis ? long.numel() : n));
  noGrad(() => writeSlices('set', out, axis, long, filler.expand(shape)));
  const record = value instanceof Tensor ? indexFillRecord : indexFillScalarRecord;
  return track(record, out, [self, long, value], { shape: self.shape, axis });
}

/** A tensor without dimensions is filled by any index. */
function fillScalar(self: Tensor, out: Tensor, index: Tensor, filler: Tensor, value: Operand): Tensor {
  const refuse = (bad: number, size: number): never => fail('index/range', { index: bad, dim: 0, size });
  noGrad(() => checkedRange(index, 1, refuse, { wrap: true }));
  const isFilled = index.numel() > 0;
  if (isFilled) copyInto(out, filler);
  const record = isFilled && value instanceof Tensor ? indexFillRecord : indexFillScalarRecord;
  return track(record, out, [self, index, value], { shape: [], axis: 0 });
}

/** self with slices set to one value where the indices say. */
export const indexFill: WithInPlace<typeof indexFillFn> = withInPlace(indexFillFn);
