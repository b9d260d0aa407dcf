import type { GradRecord } from '../autograd/index.ts';
import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { copyInto, emptyTensor, noGrad, type Tensor, track } from '../extend/index.ts';
import { broadcastShapes, normalizeAxis, numelOf, type Shape } from '../shape/index.ts';
import { type AxisAttrs, alongAxis, checkedRange, gatherInto, wrapNegative } from './internal/indexed.ts';

const gatherRecord: GradRecord<AxisAttrs> = {
  name: 'GatherBackward0',
  grads: [
    { in: [1], vjp: (g, c) => g.newZeros(c.attrs.shape).scatterAdd(c.attrs.axis, c.input(1), g) },
    null,
  ],
};

function checkIndex(op: string, self: Tensor, axis: number, index: Tensor): void {
  if (index.numel() === 0) return;
  if (index.dtype !== 'int64') fail('index/gather-dtype', { op });
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
  if (self.ndim === 0) fail('shape/no-dims', { dim: 0 });
  const others = (own: Shape, other: Shape): number[] =>
    own.map((n, d) => (d === axis ? n : broadcastShapes([n], [other[d]!])[0]!));
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
  const refuse = (bad: number, size: number): never =>
    axis === 1 ? fail('index/index-select-range', { index: bad, size }) : fail('index/self-range', {});
  if (self.ndim === 0) {
    // However many indices there are, the result is the element.
    noGrad(() => checkedRange(long, 1, refuse));
    copyInto(out, self);
    return track(indexSelectRecord, out, [self, long.newZeros([])], { shape: self.shape, axis });
  }
  const along = alongAxis(long, shape, axis);
  gatherInto(out, self, axis, along, refuse);
  return track(indexSelectRecord, out, [self, long], { shape: self.shape, axis });
}

const takeRecord: GradRecord<AxisAttrs> = {
  name: 'TakeBackward0',
  grads: [
    {
      in: [1],
      vjp: (g, c) => {
        const whole = g.newZeros([numelOf(c.attrs.shape)]);
        const at = wrapNegative(c.input(1).reshape(-1), whole.numel());
        return whole.indexAdd(0, at, g.reshape(-1)).view(c.attrs.shape);
      },
    },
    null,
  ],
};

/** The elements at positions of the flattened tensor; negative ones count from the end. */
export function take(self: Tensor, index: Tensor): Tensor {
  if (index.dtype !== 'int64') {
    fail('op/argument', {
      text: `take(): Expected a long tensor for index, but got ${dtypeInfo[index.dtype].title}`,
    });
  }
  const numel = self.numel();
  const out = noGrad(() => {
    const at = index.detach().reshape(-1);
    const taken = emptyTensor(self.backend, self.dtype, at.shape);
    const refuse = (bad: number): never => fail('index/take-range', { index: bad, numel });
    gatherInto(taken, self.detach().reshape(-1), 0, at, refuse, { wrap: true });
    return taken.view(index.shape).detach();
  });
  return track(takeRecord, out, [self, index], { shape: self.shape, axis: 0 });
}
