import type { GradRecord } from '../autograd/index.ts';
import { freshCopy } from '../dispatch/index.ts';
import type { Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type Operand, Tensor, track } from '../extend/index.ts';
import type { ScatterMode } from '../kernel/index.ts';
import { normalizeAxis, type Shape } from '../shape/index.ts';
import { fullTensor } from './creation.ts';
import { type AxisAttrs, scatterInto } from './internal/indexed.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';
import { cat } from './join.ts';

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
const scatterValueRecord: GradRecord<ScatterAttrs> = {
  name: 'ScatterBackward1',
  grads: [{ in: [1], vjp: (g, c) => g.scatter(c.attrs.axis, c.input(1), 0) }, null, null],
};

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
  self: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  value?: Scalar,
): Tensor {
  const axis = normalizeAxis(dim, self.ndim);
  checkScatter(self, axis, index, value === undefined ? source : undefined);
  const out = freshCopy(self);
  const refuse = (bad: number, size: number): never =>
    fail('index/gather-range', { index: bad, dim: axis, size });
  scatterInto(mode, out, axis, index, source, refuse);
  const inputs = value === undefined ? [self, index, source] : [self, index, value];
  return track(record, out, inputs, { shape: self.shape, axis, sourceShape: source.shape });
}

function checkScatter(self: Tensor, axis: number, index: Tensor, source: Tensor | undefined): void {
  if (index.numel() > 0 && index.dtype !== 'int64') fail('index/gather-dtype', { op: 'scatter' });
  if (source !== undefined && source.dtype !== self.dtype) {
    fail('op/argument', { text: 'scatter(): Expected self.dtype to be equal to src.dtype' });
  }
  if (index.numel() === 0) return;
  if (Math.max(index.ndim, 1) !== Math.max(self.ndim, 1)) fail('index/rank', { as: 'self' });
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
  if (source instanceof Tensor) return scattered(scatterRecord, mode, self, dim, index, source);
  const value = fullTensor(self.backend, self.dtype, [], source);
  return scattered(scatterValueRecord, mode, self, dim, index, value, source);
}

/** self with out[index[i][j]][j] = source[i][j] for `dim` 0, and so on; the last of several writers wins. */
export const scatter: WithInPlace<typeof scatterFn> = withInPlace(scatterFn);

function scatterAddFn(self: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return scattered(scatterAddRecord, 'add', self, dim, index, source);
}

/** As {@link scatter}, adding. */
export const scatterAdd: WithInPlace<typeof scatterAddFn> = withInPlace(scatterAddFn);
