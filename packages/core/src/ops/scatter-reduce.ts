import { dtypeInfo, isFloatingPoint, type Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { freshCopy, type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import { normalizeAxis } from '../shape/index.ts';
import { scatterInto } from './internal/indexed.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';
import { limitOf } from './internal/limits.ts';
import { where } from './where.ts';

/** How {@link scatterReduce} combines what goes to one place. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

/** Keyword arguments of {@link scatterReduce} and {@link indexReduce}. */
export interface ScatterReduceOptions {
  /** Counts what is there already. Default true. */
  readonly includeSelf?: boolean;
}

interface Attrs {
  readonly axis: number;
  readonly reduction: ScatterReduction;
  readonly includeSelf: boolean;
}

const modes = { sum: 'add', mean: 'add', prod: 'mul', amax: 'max', amin: 'min' } as const;

/** Combines `source` into a copy of `self` at the places `index` names along the axis, outside the graph. */
function combined(self: Tensor, source: Tensor, index: Tensor, attrs: Attrs): Tensor {
  const { axis, reduction, includeSelf } = attrs;
  const refuse = (bad: number, size: number): never =>
    fail('index/gather-range', { index: bad, dim: axis, size });
  return noGrad(() => {
    const out = freshCopy(self.detach());
    if (!includeSelf) {
      const start = self.newFull([], neutral(reduction, self), { dtype: self.dtype });
      scatterInto('set', out, axis, index, start, refuse);
    }
    scatterInto(modes[reduction], out, axis, index, source.detach(), refuse);
    if (reduction !== 'mean') return out;
    const count = counts(self, index, attrs);
    return isFloatingPoint(self.dtype) ? out.div(count) : out.div(count, { roundingMode: 'floor' });
  });
}

/** How many values each place is the mean of, at least 1. */
function counts(self: Tensor, index: Tensor, { axis, includeSelf }: Attrs): Tensor {
  const start = includeSelf ? self.onesLike() : self.zerosLike();
  const total = start.detach().scatterAdd(axis, index, self.newOnes(index.shape));
  return includeSelf ? total : total.maskedFill(total.eq(0), 1);
}

function neutral(reduction: ScatterReduction, { dtype }: Tensor): Scalar {
  if (reduction === 'sum' || reduction === 'mean') return 0;
  if (reduction === 'prod') return 1;
  return limitOf(dtype, reduction === 'amax' ? 'lowest' : 'highest');
}

const record = (name: string): GradRecord<Attrs> => ({
  name,
  saves: { in: [0, 1, 2], out: [0] },
  backward: ([grad], c) => {
    const g = grad ?? c.grad(0);
    const index = c.input(1);
    const { axis, includeSelf } = c.attrs;
    const [own, source] = gradients(g, c.input(0), c.input(2), index, c.output(), c.attrs);
    return [includeSelf ? own : own.scatter(axis, index, 0), null, source];
  },
});
const scatterRecord = record('ScatterReduceBackward0');
const indexRecord = record('IndexReduceBackward0');

function gradients(
  g: Tensor,
  self: Tensor,
  source: Tensor,
  index: Tensor,
  out: Tensor,
  attrs: Attrs,
): [self: Tensor, source: Tensor] {
  const { axis, reduction } = attrs;
  const there = (x: Tensor): Tensor => x.gather(axis, index);
  if (reduction === 'sum') return [g, there(g)];
  if (reduction === 'mean') {
    const share = g.div(counts(self, index, attrs));
    return [share, there(share)];
  }
  if (reduction === 'prod') return productGradients(g, self, source, index, out, attrs);
  const ownHit = self.eq(out).to(g.dtype);
  const hit = source.eq(there(out)).to(g.dtype);
  const share = g.div(ownHit.scatterAdd(axis, index, hit));
  return [ownHit.mul(share), hit.mul(there(share))];
}

/** Products of the others, exact where one factor is 0. */
function productGradients(
  g: Tensor,
  self: Tensor,
  source: Tensor,
  index: Tensor,
  out: Tensor,
  attrs: Attrs,
): [self: Tensor, source: Tensor] {
  const { axis, includeSelf } = attrs;
  const there = (x: Tensor): Tensor => x.gather(axis, index);
  const again = (a: Tensor, b: Tensor): Tensor => scatterReduce(a, axis, index, b, 'prod', { includeSelf });
  const own = self.maskedFill(self.eq(0), 1);
  const ownGrad = g.mul(again(own, source)).div(own);
  const zero = source.eq(0);
  const zeros = there(self.detach().zerosLike().scatterAdd(axis, index, zero.to(self.dtype)));
  const nonzero = source.maskedFill(zero, 1);
  const single = zero.logicalAnd(zeros.eq(1));
  const sourceGrad = where(single, there(g.mul(again(self, nonzero))), there(g.mul(out)).div(nonzero));
  return [ownGrad, sourceGrad];
}

function scatterReduceFn(
  self: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: ScatterReduction,
  { includeSelf = true }: ScatterReduceOptions = {},
): Tensor {
  if (!Object.hasOwn(modes, reduce)) {
    fail('op/argument', { text: 'reduce argument must be either sum, prod, mean, amax or amin.' });
  }
  const axis = normalizeAxis(dim, self.ndim);
  checkScatter(self, index, src);
  const source = fitted(src, index);
  const attrs: Attrs = { axis, reduction: reduce, includeSelf };
  return track(scatterRecord, combined(self, source, index, attrs), [self, index, source], attrs);
}

function checkScatter(self: Tensor, index: Tensor, source: Tensor): void {
  if (index.numel() > 0 && index.dtype !== 'int64') fail('index/gather-dtype', { op: 'scatter' });
  if (source.dtype !== self.dtype) {
    fail('op/argument', { text: 'scatter(): Expected self.dtype to be equal to src.dtype' });
  }
  if (index.numel() === 0) return;
  if (Math.max(index.ndim, 1) !== Math.max(self.ndim, 1)) fail('index/rank', {});
  if (Math.max(index.ndim, 1) !== Math.max(source.ndim, 1)) {
    fail('op/argument', { text: 'Index tensor must have the same number of dimensions as src tensor' });
  }
}

/** The part of the source that the index reaches. */
function fitted(source: Tensor, index: Tensor): Tensor {
  if (source.ndim !== index.ndim) return source.reshape(index.shape);
  return index.shape.reduce((x, n, d) => (x.shape[d] === n ? x : x.narrow(d, 0, n)), source);
}

/** `self` combined with each of the values in `src` at the place `index` gives along `dim`: see `scatter`. */
export const scatterReduce: WithInPlace<typeof scatterReduceFn> = withInPlace(scatterReduceFn);

function indexReduceFn(
  self: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<ScatterReduction, 'sum'>,
  { includeSelf = true }: ScatterReduceOptions = {},
): Tensor {
  if (!['prod', 'mean', 'amax', 'amin'].includes(reduce)) {
    fail('op/argument', {
      text: `index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${reduce}.`,
    });
  }
  const axis = normalizeAxis(dim, self.ndim);
  if (self.dtype !== source.dtype) {
    const [own, its] = [dtypeInfo[self.dtype].title, dtypeInfo[source.dtype].title];
    fail('op/argument', {
      text: `index_reduce_(): self (${own}) and source (${its}) must have the same scalar type`,
    });
  }
  const shape = self.shape.map((n, d) => (d === axis ? index.numel() : n));
  const places = noGrad(() => {
    const lined = index.detach().to('int64').reshape(-1);
    if (self.ndim === 0) return lined.reshape([]);
    return lined.view(self.shape.map((_, d) => (d === axis ? -1 : 1))).expand(shape);
  });
  const from = source.reshape(shape);
  const attrs: Attrs = { axis, reduction: reduce, includeSelf };
  return track(indexRecord, combined(self, from, places, attrs), [self, places, from], attrs);
}

/** `self` combined with slices of `source` at the places along `dim` that a vector of indices names. */
export const indexReduce: WithInPlace<typeof indexReduceFn> = withInPlace(indexReduceFn);

/** Keyword arguments of {@link segmentReduce}. */
export interface SegmentReduceOptions {
  /** How many neighbours each segment has. */
  readonly lengths?: Tensor | null;
  /** Where segments start, and at the end where the last one stops: instead of lengths. */
  readonly offsets?: Tensor | null;
  readonly axis?: number;
  /** Leaves out the check that the segments cover the dimension. Default false. */
  readonly unsafe?: boolean;
  /** Where the reduction starts; the result for an empty segment. */
  readonly initial?: number | null;
}

const segmentReductions = { sum: 'sum', mean: 'sum', prod: 'prod', max: 'amax', min: 'amin' } as const;

/** Reduces runs of neighbours along a dimension, of given lengths. Reads the lengths. */
export function segmentReduce(
  data: Tensor,
  reduce: keyof typeof segmentReductions,
  options: SegmentReduceOptions,
): Tensor {
  if (!Object.hasOwn(segmentReductions, reduce)) {
    fail('op/argument', { text: `unsupported reduction given! ${String(reduce)}` });
  }
  const { offsets, unsafe = false, initial } = options;
  const lengths = options.lengths ?? (offsets == null ? undefined : offsets.detach().diff());
  if (lengths === undefined) {
    fail('op/argument', { text: 'segment_reduce(): Either lengths or offsets must be defined.' });
  }
  const axis = lengths.ndim - 1;
  const size = data.shape[axis]!;
  const rows = lengths.detach().reshape([-1, lengths.shape[axis]!]).tolist() as bigint[][];
  if (!unsafe && rows.some((row) => row.reduce((n, x) => n + Number(x), 0) !== size)) {
    fail('op/argument', {
      text: 'segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe.',
    });
  }
  const reduction = segmentReductions[reduce];
  // What no segment covers goes to one more, which is left out of the result.
  const segments = lengths.shape[axis]!;
  const shape = data.shape.map((n, d) => (d === axis ? segments + 1 : n));
  const start = data.newFull(shape, initial ?? neutral(reduction, data), { dtype: data.dtype });
  const index = segmentIndex(data, rows, axis);
  const out = scatterReduce(start, axis, index, data, reduction).narrow(axis, 0, segments).contiguous();
  if (reduce !== 'mean') return out;
  const counts = lengths.detach().view([...lengths.shape, ...data.shape.slice(axis + 1).map(() => 1)]);
  // An empty segment has no mean, but gives its initial value if it has one.
  return out.div((initial == null ? counts : counts.clamp(1)).to(data.dtype));
}

/** For each element of `data` the number of its segment. */
function segmentIndex(data: Tensor, rows: readonly (readonly bigint[])[], axis: number): Tensor {
  const size = data.shape[axis]!;
  const numbers = rows.flatMap((row) => {
    const own = row.flatMap((n, i) => new Array<bigint>(Number(n)).fill(BigInt(i)));
    return [...own, ...new Array<bigint>(size - own.length).fill(BigInt(row.length))];
  });
  const flat = data.newEmpty([numbers.length], { dtype: 'int64' });
  if (numbers.length > 0) flat.storage.write(0, BigInt64Array.from(numbers));
  const lead = data.shape.slice(0, axis + 1);
  return flat.view([...lead, ...data.shape.slice(axis + 1).map(() => 1)]).expand(data.shape);
}
