import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { canRead, type Operand, Tensor } from '../extend/index.ts';
import { normalizeAxis } from '../shape/index.ts';
import { fullTensor } from './creation.ts';
import { selectingRecord } from './extrema.ts';
import { type KeepdimOr, type ReduceOptions, reduceOptions } from './internal/reduction.ts';
import { pickAlong, type ValuesAndIndices } from './internal/selecting.ts';
import { cat } from './join.ts';

const interpolations = ['linear', 'lower', 'higher', 'midpoint', 'nearest'] as const;

/** Keyword arguments of {@link quantile}. */
export interface QuantileOptions {
  readonly keepdim?: boolean;
  /** What a rank between two elements gives. Default linear. */
  readonly interpolation?: (typeof interpolations)[number];
}

/** The `q`-th quantile over `dim` or over all; several `q` give a first dimension. NaN wins. */
export function quantile(self: Tensor, q: Operand, dim?: number | null, options?: QuantileOptions): Tensor {
  return quantileOf('quantile', self, q, dim, options ?? {});
}

/** {@link quantile} of what is not NaN. */
export function nanquantile(
  self: Tensor,
  q: Operand,
  dim?: number | null,
  options?: QuantileOptions,
): Tensor {
  return quantileOf('nanquantile', self, q, dim, options ?? {});
}

function quantileOf(
  op: 'quantile' | 'nanquantile',
  self: Tensor,
  given: Operand,
  dim: number | null | undefined,
  { keepdim = false, interpolation = 'linear' }: QuantileOptions,
): Tensor {
  checkQuantile(self, given, interpolation);
  const q = given instanceof Tensor ? given : fullTensor(self.backend, self.dtype, [], given);
  const axis = normalizeAxis(dim ?? 0, self.ndim);
  // The reduced dimension goes last; the quantiles take its place and then the first one.
  const last = dim == null || self.ndim === 0 ? self.reshape(-1) : self.movedim(axis, -1);
  const ordered = last.sort(-1).values;
  const n = ordered.shape[ordered.ndim - 1]!;
  const ranks = ranksOf(op, ordered, q.reshape(-1), n);
  const values = interpolated(ordered, ranks, interpolation);
  const kept = keptShape(self, dim, axis);
  const first = values.movedim(-1, 0);
  const shape = keepdim ? kept : values.shape.slice(0, -1);
  return first.reshape(q.ndim === 0 ? shape : [q.numel(), ...shape]);
}

function keptShape(self: Tensor, dim: number | null | undefined, axis: number): number[] {
  return self.shape.map((n, d) => (dim == null || d === axis ? 1 : n));
}

function ranksOf(op: 'quantile' | 'nanquantile', ordered: Tensor, q: Tensor, n: number): Tensor {
  const nan = ordered.isnan();
  if (op === 'quantile') {
    const most = q.mul(n - 1).expand([...ordered.shape.slice(0, -1), q.numel()]);
    return most.maskedFill(nan.any(-1, { keepdim: true }), n - 1);
  }
  const valid = nan.logicalNot().sum(-1, { keepdim: true }).sub(1);
  const ranks = q.mul(valid.to(q.dtype));
  return ranks.maskedFill(ranks.lt(0), 0);
}

function interpolated(
  ordered: Tensor,
  ranks: Tensor,
  interpolation: QuantileOptions['interpolation'],
): Tensor {
  const pick = (x: Tensor): Tensor => ordered.gather(-1, x.to('int64'));
  if (interpolation === 'lower') return pick(ranks.floor());
  if (interpolation === 'higher') return pick(ranks.ceil());
  if (interpolation === 'nearest') return pick(ranks.round());
  const below = ranks.floor();
  const weight = interpolation === 'midpoint' ? 0.5 : ranks.sub(below);
  return pick(below).lerp(pick(ranks.ceil()), weight);
}

function checkQuantile(self: Tensor, q: Operand, interpolation: string): void {
  const complain = (text: string): never => fail('op/argument', { text: `quantile() ${text}` });
  if (self.numel() === 0) complain('input tensor must be non-empty');
  if (!isFloatingPoint(self.dtype)) complain('input tensor must be either float or double dtype');
  if (q instanceof Tensor) {
    if (q.ndim > 1) complain('q must be a scalar or 1D tensor');
    if (q.dtype !== self.dtype) complain('q tensor must be same dtype as the input tensor');
    if (canRead(q) && q.ge(0).logicalAnd(q.le(1)).all().item() !== true) {
      complain('q values must be in the range [0, 1]');
    }
  } else if (!(Number(q) >= 0 && Number(q) <= 1)) {
    complain(`q must be in the range [0, 1] but got ${String(q)}`);
  }
  if (!(interpolations as readonly string[]).includes(interpolation)) {
    complain(
      `interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`,
    );
  }
}

const modeRecord = selectingRecord('ModeBackward0');

/** The most frequent element along `dim`, the smallest of several, with the index of its last occurrence. */
export function mode(self: Tensor, dim = -1, options?: KeepdimOr<ReduceOptions>): ValuesAndIndices {
  const { keepdim = false } = reduceOptions(options);
  const axis = normalizeAxis(dim, self.ndim);
  if (self.numel() === 0 && (self.ndim === 1 || self.shape[axis] === 0)) {
    fail('op/index', { text: `mode(): Expected reduction dim ${axis} to have non-zero size.` });
  }
  const { values, indices } = self.detach().sort(axis);
  if (self.ndim === 0) return pickAlong(modeRecord, self, axis, indices, keepdim);
  const n = self.shape[axis]!;
  const places = values.newArange(n).view(self.shape.map((_, d) => (d === axis ? n : 1)));
  const first = values.narrow(axis, 0, 1).newOnes(values.narrow(axis, 0, 1).shape, { dtype: 'bool' });
  const changes = values.narrow(axis, 1, n - 1).ne(values.narrow(axis, 0, n - 1));
  // Where each run of equal elements starts, carried along it; the first longest run ends at the result.
  const start = cat([first, changes], axis).mul(places).cummax(axis).values;
  const place = places.sub(start).argmax(axis, { keepdim: true });
  return pickAlong(modeRecord, self, axis, indices.gather(axis, place), keepdim);
}
