import { dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type GradRecord, noGrad, s, type Tensor, track, trackAll } from '../extend/index.ts';
import { normalizeAxes, type Shape } from '../shape/index.ts';
import {
  type Dims,
  type KeepdimOr,
  type ReduceOptions,
  Reduction,
  restoreDims,
} from './internal/reduction.ts';

/** Keyword arguments of variances: `correction` is taken from the count (1 unless `unbiased` is false). */
export interface VarianceOptions extends ReduceOptions {
  readonly correction?: number | undefined;
  readonly unbiased?: boolean | undefined;
}

const squaredDeviations = (root: boolean): Reduction =>
  new Reduction(
    'sum',
    (x, mean) => s.square(s.sub(x, mean!)),
    (total, count) => (root ? s.sqrt(s.div(total, count)) : s.div(total, count)),
  );
const variances = squaredDeviations(false);
const deviations = squaredDeviations(true);

interface VarianceAttrs {
  readonly shape: Shape;
  readonly axes: readonly number[];
  /** What the squared deviations are divided by. */
  readonly divisor: number;
}

const varianceGrad = (g: Tensor, self: Tensor, { shape, axes, divisor }: VarianceAttrs): Tensor => {
  const centred = self.sub(self.mean([...axes], { keepdim: true }));
  return restoreDims(g, shape, axes)
    .mul(centred)
    .mul(2 / divisor);
};

const varRecord: GradRecord<VarianceAttrs> = {
  name: 'VarBackward0',
  grads: [{ in: [0], vjp: (g, c) => varianceGrad(g, c.input(0), c.attrs) }],
};

const stdRecord: GradRecord<VarianceAttrs> = {
  name: 'StdBackward0',
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const out = c.output();
        return varianceGrad(g.div(out.mul(2)).maskedFill(out.eq(0), 0), c.input(0), c.attrs);
      },
    },
  ],
};

function parse(
  self: Tensor,
  dim: Dims | boolean | undefined,
  options: KeepdimOr<VarianceOptions>,
  op = 'std and var',
): {
  attrs: VarianceAttrs;
  keepdim: boolean;
} {
  if (!isFloatingPoint(self.dtype)) {
    fail('dtype/float-only', { text: `${op} only support floating point and complex dtypes` });
  }
  const given: VarianceOptions = typeof options === 'boolean' ? { keepdim: options } : (options ?? {});
  const unbiased = typeof dim === 'boolean' ? dim : given.unbiased;
  const correction = given.correction ?? (unbiased === false ? 0 : 1);
  const axes = normalizeAxes(typeof dim === 'boolean' ? undefined : (dim ?? undefined), self.ndim);
  const count = axes.reduce((n, d) => n * self.shape[d]!, 1);
  const divisor = Math.max(count - correction, 0);
  return { attrs: { shape: self.shape, axes, divisor }, keepdim: given.keepdim ?? false };
}

function spread(
  reduction: Reduction,
  record: GradRecord<VarianceAttrs>,
  self: Tensor,
  dim: Dims | boolean | undefined,
  options: KeepdimOr<VarianceOptions>,
): Tensor {
  const { attrs, keepdim } = parse(self, dim, options);
  const out = noGrad(() => {
    const x = self.detach();
    const mean = x.mean([...attrs.axes], { keepdim: true });
    return reduction.run([x, mean], attrs.axes, keepdim, x.dtype, attrs.divisor);
  });
  return track(record, out, [self], attrs);
}

/** The variance over `dim`, divided by the count less `correction` (1). A boolean `dim` is PyTorch's `unbiased`. */
function variance(self: Tensor, dim?: Dims | boolean, options?: KeepdimOr<VarianceOptions>): Tensor {
  return spread(variances, varRecord, self, dim, options);
}

export { variance as var };

/** The standard deviation over `dim`; where it is 0 its gradient is 0. */
export function std(self: Tensor, dim?: Dims | boolean, options?: KeepdimOr<VarianceOptions>): Tensor {
  return spread(deviations, stdRecord, self, dim, options);
}

/** The gradients of a spread and a mean that were computed together. */
const withMeanRecord = (name: string, root: boolean): GradRecord<VarianceAttrs> => ({
  name,
  saves: { in: [0], ...(root ? { out: [0] } : {}) },
  backward: ([g, gMean], c) => {
    const { shape, axes } = c.attrs;
    const parts: Tensor[] = [];
    if (g !== undefined) {
      const scaled = root ? g.div(c.output().mul(2)).maskedFill(c.output().eq(0), 0) : g;
      parts.push(varianceGrad(scaled, c.input(0), c.attrs));
    }
    if (gMean !== undefined) {
      const count = axes.reduce((n, d) => n * shape[d]!, 1);
      parts.push(restoreDims(gMean, shape, axes).expand(shape).div(count));
    }
    return [parts.reduce((a, b) => a.add(b))];
  },
});
const varMeanRecord = withMeanRecord('VarMeanBackward0', false);
const stdMeanRecord = withMeanRecord('StdMeanBackward0', true);

function spreadAndMean(
  reduction: Reduction,
  record: GradRecord<VarianceAttrs>,
  self: Tensor,
  dim: Dims | boolean | undefined,
  options: KeepdimOr<VarianceOptions>,
): [Tensor, Tensor] {
  const op = record === stdMeanRecord ? 'std_mean' : 'var_mean';
  const { attrs, keepdim } = parse(self, dim, options, op);
  const outs = noGrad((): [Tensor, Tensor] => {
    const x = self.detach();
    const mean = x.mean([...attrs.axes], { keepdim: true });
    const value = reduction.run([x, mean], attrs.axes, keepdim, x.dtype, attrs.divisor);
    return [value, mean.view(value.shape).detach()];
  });
  return trackAll(record, outs, [self], attrs);
}

/** {@link var} and the mean. */
export function varMean(
  self: Tensor,
  dim?: Dims | boolean,
  options?: KeepdimOr<VarianceOptions>,
): [Tensor, Tensor] {
  return spreadAndMean(variances, varMeanRecord, self, dim, options);
}

/** {@link std} and the mean. */
export function stdMean(
  self: Tensor,
  dim?: Dims | boolean,
  options?: KeepdimOr<VarianceOptions>,
): [Tensor, Tensor] {
  return spreadAndMean(deviations, stdMeanRecord, self, dim, options);
}

interface NormAttrs {
  readonly shape: Shape;
  readonly axes: readonly number[];
  readonly p: number;
}

const euclidean = new Reduction(
  'sum',
  (x) => s.square(x),
  (total) => s.sqrt(total),
);
const absoluteSum = new Reduction('sum', (x) => s.abs(x));
const absoluteMax = new Reduction('max', (x) => s.abs(x));
const absoluteMin = new Reduction('min', (x) => s.abs(x));

const normRecord: GradRecord<NormAttrs> = {
  name: 'LinalgVectorNormBackward0',
  grads: [{ in: [0], out: [0], vjp: (g, c) => normGrad(g, c.input(0), c.output(), c.attrs) }],
};

function normGrad(grad: Tensor, self: Tensor, out: Tensor, { shape, axes, p }: NormAttrs): Tensor | null {
  // PyTorch gives no gradient at all for the count of elements that are not 0.
  if (p === 0) return null;
  const g = restoreDims(grad, shape, axes);
  const norm = restoreDims(out, shape, axes);
  if (p === 1) return self.sign().mul(g);
  // Nothing here divides by 0: a mask afterwards would hide it from this formula, not from its transpose.
  const zero = norm.eq(0);
  if (p === 2) return self.mul(g.div(norm.maskedFill(zero, Number.POSITIVE_INFINITY)));
  if (Math.abs(p) === Number.POSITIVE_INFINITY) {
    const mask = self.abs().eq(norm).logicalOr(norm.isnan());
    return self.sign().mul(mask.mul(g.div(mask.sum([...axes], { keepdim: true }))));
  }
  const scaled =
    p < 1
      ? self
          .sign()
          .mul(self.abs().pow(p - 1))
          .maskedFill(self.eq(0), 0)
      : self.mul(self.abs().pow(p - 2));
  const safe = p < 2 && p > 1 ? self.sign().mul(self.abs().pow(p - 1)) : scaled;
  return safe.mul(g.maskedFill(zero, 0).div(norm.maskedFill(zero, 1).pow(p - 1)));
}

function pNorm(
  self: Tensor,
  p: number,
  dim: Dims | undefined,
  keepdim: boolean,
  record: GradRecord<NormAttrs>,
): Tensor {
  const axes = normalizeAxes(dim ?? undefined, self.ndim);
  const out = noGrad(() => {
    const x = self.detach();
    const { dtype } = x;
    if (p === 2) return euclidean.run([x], axes, keepdim, dtype);
    if (p === 1) return absoluteSum.run([x], axes, keepdim, dtype);
    if (p === 0) return x.ne(0).sum([...axes], { keepdim, dtype });
    if (p === Number.POSITIVE_INFINITY) return absoluteMax.run([x], axes, keepdim, dtype);
    if (p === Number.NEGATIVE_INFINITY) return absoluteMin.run([x], axes, keepdim, dtype);
    return x
      .abs()
      .pow(p)
      .sum(dim == null ? undefined : [...axes], { keepdim })
      .pow(1 / p);
  });
  return track(record, out, [self], { shape: self.shape, axes, p });
}

/** The p-norm over `dim` (2 unless said otherwise; also ±Infinity, 0, 'fro', 'nuc'). Its gradient where it is 0 is 0. */
export function norm(
  self: Tensor,
  p: number | 'fro' | 'nuc' | null = 2,
  dim?: Dims,
  options?: KeepdimOr<ReduceOptions>,
): Tensor {
  const { keepdim = false, dtype = self.dtype } =
    typeof options === 'boolean' ? { keepdim: options } : (options ?? {});
  if (!isFloatingPoint(dtype)) {
    fail('dtype/float-only', {
      text: `norm(): input dtype should be either floating point or complex. Got ${dtypeInfo[dtype].title} instead.`,
    });
  }
  if (p === 'nuc') return nuclearNorm(self.to(dtype), dim, keepdim);
  const order = p === 'fro' || p === null ? 2 : p;
  return pNorm(self.to(dtype), order, dim, keepdim, normRecord);
}

/** The sum of the singular values over two dimensions. */
function nuclearNorm(self: Tensor, dim: Dims | undefined, keepdim: boolean): Tensor {
  const [rows, columns] = [dim ?? [0, 1]].flat() as [number, number];
  const sum = self.movedim([rows, columns], [-2, -1]).svd().S.sum(-1);
  if (!keepdim) return sum;
  const axes = normalizeAxes([rows, columns], self.ndim);
  return restoreDims(sum, self.shape, axes);
}

/** `torch.linalg.vector_norm`. */
export function vectorNorm(self: Tensor, ord = 2, dim?: Dims, options?: KeepdimOr<ReduceOptions>): Tensor {
  const { keepdim = false, dtype = self.dtype } =
    typeof options === 'boolean' ? { keepdim: options } : (options ?? {});
  return pNorm(self.to(dtype), ord, dim, keepdim, normRecord);
}
