import { dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { canRead, noGrad, Tensor } from '../extend/index.ts';
import { awaiting } from './await-reads.ts';
import { linspace } from './creation.ts';
import { fromNumbers, readNumbers } from './host.ts';

function checkFloating(self: Tensor): void {
  if (!isFloatingPoint(self.dtype)) {
    fail('dtype/not-implemented', { kernel: 'histogram_cpu', dtype: dtypeInfo[self.dtype].title });
  }
}

function checkBins(bins: number, dimension: number): void {
  if (bins <= 0) {
    fail('op/argument', {
      text: `torch.histogram(): bins must be > 0, but got ${bins} for dimension ${dimension}`,
    });
  }
}

/**
 * How many elements lie in each of `bins` equal intervals from `min` to `max`, or from the smallest to the largest element
 * if both are equal. Other elements do not count.
 */
export function histc(self: Tensor, bins = 100, min = 0, max = 0): Tensor {
  checkFloating(self);
  checkBins(bins, 0);
  if (max < min) fail('op/argument', { text: 'torch.histc: max must be larger than min' });
  return noGrad(() => {
    const x = self.detach().reshape(-1);
    const zeros = x.newZeros([bins]);
    if (x.numel() === 0) return zeros;
    const [low, high] = bounds(x, min, max);
    const inside = x.ge(low).logicalAnd(x.le(high));
    const place = x
      .sub(low)
      .div(high.sub(low))
      .mul(bins)
      .floor()
      .clamp(0, bins - 1);
    return zeros.indexAdd(0, place.maskedFill(inside.logicalNot(), 0).to('int64'), inside.to(x.dtype));
  });
}

/** The ends of the range, as 0-d tensors. */
function bounds(x: Tensor, min: number, max: number): [low: Tensor, high: Tensor] {
  const given = min !== max;
  const low = given ? x.newFull([], min) : x.amin();
  const high = given ? x.newFull([], max) : x.amax();
  if (canRead(x)) {
    const ends = [Number(low.item()), Number(high.item())];
    if (!ends.every(Number.isFinite)) {
      fail('op/argument', { text: `torch.histc: range of [${ends.join(', ')}] is not finite` });
    }
  }
  const flat = low.eq(high).to(x.dtype);
  return [low.sub(flat), high.add(flat)];
}

/** As {@link bincount}, on every backend. */
export const bincountAsync: (self: Tensor, weights?: Tensor | null, minlength?: number) => Promise<Tensor> =
  awaiting((...args) => bincount(...args));

/** How often each of the numbers 0, 1, 2, … occurs, or the sum of the `weights` of its places. Reads the tensor. */
export function bincount(self: Tensor, weights?: Tensor | null, minlength = 0): Tensor {
  if (isFloatingPoint(self.dtype) || self.dtype === 'bool') {
    fail('dtype/not-implemented', { kernel: 'bincount_cpu', dtype: dtypeInfo[self.dtype].title });
  }
  if (minlength < 0) fail('op/argument', { text: 'minlength should be >= 0' });
  if (weights != null && (weights.ndim !== 1 || weights.numel() !== self.numel())) {
    fail('op/argument', { text: 'weights should be 1-d and have the same length as input' });
  }
  const values = readNumbers(self, 'bincount');
  if (self.ndim !== 1 || values.some((x) => x < 0)) {
    fail('op/argument', { text: 'bincount only supports 1-d non-negative integral inputs.' });
  }
  const length = values.reduce((n, x) => Math.max(n, x + 1), minlength);
  return noGrad(() => {
    const index = self.detach().to('int64');
    if (weights == null) {
      return index.newZeros([length]).indexAdd(0, index, index.onesLike());
    }
    const dtype = weights.dtype === 'float32' ? 'float32' : 'float64';
    const given = weights.detach().to(dtype);
    return given.newZeros([length]).indexAdd(0, index, given);
  });
}

/** Keyword arguments of {@link histogram} and {@link histogramdd}. */
export interface HistogramOptions {
  /** The lowest and the highest edge, for each dimension in turn; those of the data unless given. */
  readonly range?: readonly number[] | null;
  /** What each element counts; 1 unless given. */
  readonly weight?: Tensor | null;
  /** Divides so that the integral is 1. Default false. */
  readonly density?: boolean;
}

/** Counts and the edges between which they were taken. */
export interface Histogram<E> {
  readonly hist: Tensor;
  readonly binEdges: E;
}

/** Counts per bin, of `bins` equal ones or between given edges. Reads the tensor. */
export function histogram(
  self: Tensor,
  bins: number | Tensor,
  options: HistogramOptions = {},
): Histogram<Tensor> {
  const points = self.detach().reshape([self.numel(), 1]);
  const weight = options.weight?.detach().reshape(-1) ?? null;
  const { hist, binEdges } = histogramdd(points, [bins], { ...options, weight });
  return { hist, binEdges: binEdges[0]! };
}

/** Counts of points (rows of coordinates in the last dimension) per cell of a grid. Reads the tensor. */
export function histogramdd(
  self: Tensor,
  bins: number | readonly (number | Tensor)[],
  options: HistogramOptions = {},
): Histogram<Tensor[]> {
  checkFloating(self);
  const dims = self.shape[self.ndim - 1]!;
  const perDim = typeof bins === 'number' ? new Array<number>(dims).fill(bins) : bins;
  if (perDim.length !== dims) {
    fail('op/argument', {
      text: `torch.histogramdd: The size of bins must be equal to the innermost dimension of the input.`,
    });
  }
  const coordinates = readNumbers(self, 'histogramdd');
  const count = dims === 0 ? 0 : coordinates.length / dims;
  const binEdges = perDim.map((given, d) =>
    given instanceof Tensor ? given : equalEdges(self, coordinates, dims, d, given, options.range ?? null),
  );
  const edges = binEdges.map((x) => readNumbers(x, 'histogramdd'));
  const shape = edges.map((own) => own.length - 1);
  const cells = new Float64Array(shape.reduce((n, size) => n * size, 1));
  const weights = options.weight == null ? undefined : readNumbers(options.weight, 'histogramdd');
  for (let p = 0; p < count; p++) {
    const cell = cellOf(coordinates, p, edges, shape);
    if (cell >= 0) cells[cell]! += weights?.[p] ?? 1;
  }
  if (options.density === true) normalize(cells, edges, shape);
  return { hist: fromNumbers(self, self.dtype, shape, cells), binEdges };
}

function equalEdges(
  self: Tensor,
  coordinates: Float64Array,
  dims: number,
  d: number,
  bins: number,
  range: readonly number[] | null,
): Tensor {
  checkBins(bins, d);
  let low = range === null ? Number.POSITIVE_INFINITY : range[2 * d]!;
  let high = range === null ? Number.NEGATIVE_INFINITY : range[2 * d + 1]!;
  if (range === null) {
    for (let i = d; i < coordinates.length; i += dims) {
      low = Math.min(low, coordinates[i]!);
      high = Math.max(high, coordinates[i]!);
    }
    if (coordinates.length === 0) [low, high] = [0, 1];
  }
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return linspace(low, high, bins + 1, { dtype: self.dtype, device: self.backend });
}

/** The row-major number of the cell a point lies in, or -1. The last interval includes its end. */
function cellOf(
  coordinates: Float64Array,
  point: number,
  edges: readonly Float64Array[],
  shape: readonly number[],
): number {
  let cell = 0;
  for (let d = 0; d < edges.length; d++) {
    const own = edges[d]!;
    const x = coordinates[point * edges.length + d]!;
    if (!(x >= own[0]! && x <= own[own.length - 1]!)) return -1;
    cell = cell * shape[d]! + Math.min(upperBound(own, x) - 1, shape[d]! - 1);
  }
  return cell;
}

/** The first edge beyond `x`, by halving, as `std::upper_bound` does it also where edges are not in order. */
function upperBound(edges: Float64Array, x: number): number {
  let first = 0;
  let length = edges.length;
  while (length > 0) {
    const half = length >> 1;
    if (x < edges[first + half]!) length = half;
    else {
      first += half + 1;
      length -= half + 1;
    }
  }
  return first;
}

function normalize(cells: Float64Array, edges: readonly Float64Array[], shape: readonly number[]): void {
  const total = cells.reduce((sum, x) => sum + x, 0);
  cells.forEach((value, cell) => {
    let volume = total;
    let rest = cell;
    for (let d = shape.length - 1; d >= 0; d--) {
      const at = rest % shape[d]!;
      volume *= edges[d]![at + 1]! - edges[d]![at]!;
      rest = Math.floor(rest / shape[d]!);
    }
    cells[cell] = value / volume;
  });
}
