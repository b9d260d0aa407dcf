import { isTensor } from '../tensors.ts';
import { aliases, type Bound, type OurFunction, type Rows, row, rows } from './row.ts';

/** `max(x)`, `max(x, dim, keepdim)` and `max(x, other)` are three functions under one name. */
function extreme({ input, dim, keepdim, other }: Bound, ours: OurFunction): unknown {
  if (other !== undefined || isTensor(dim)) return ours(input, other ?? dim);
  return dim === undefined ? ours(input) : ours(input, dim, { keepdim: keepdim === true });
}

/** `std(x, unbiased)` and `std(x, dim, unbiased, keepdim)` share their second place. */
function spread({ input, dim, unbiased, correction, keepdim }: Bound, ours: OurFunction): unknown {
  const options = {
    ...(typeof dim === 'boolean' ? { unbiased: dim } : {}),
    ...(unbiased === undefined ? {} : { unbiased }),
    ...(correction === undefined ? {} : { correction }),
    ...(keepdim === undefined ? {} : { keepdim }),
  };
  const axis = typeof dim === 'boolean' ? undefined : dim;
  if (Object.keys(options).length > 0) return ours(input, axis, options);
  return axis === undefined ? ours(input) : ours(input, axis);
}

const base: Rows = {
  ...rows('sum nansum mean nanmean prod', 'input, dim, {keepdim}, *, dtype'),
  ...rows('all any amax amin argmax argmin median nanmedian mode logsumexp', 'input, dim, {keepdim}'),
  ...rows('max min', 'input, dim, keepdim, *, other', { call: extreme }),
  ...rows('std var std_mean var_mean', 'input, dim, {unbiased}, {keepdim}, *, correction', { call: spread }),
  ...rows('cumsum cumprod', 'input, dim, *, dtype'),
  ...rows('cummax cummin logcumsumexp', 'input, dim'),
  ...rows('softmax log_softmax', 'input, dim, {dtype}'),
  ...rows('quantile nanquantile', 'input, q, dim, {keepdim}, *, interpolation'),
  ...rows('trapezoid cumulative_trapezoid trapz', 'y, x, *, dx, dim'),
  aminmax: row('input, *, dim, keepdim'),
  kthvalue: row('input, k, dim, {keepdim}'),
  norm: row('input, p, dim, {keepdim}, {dtype}'),
  dist: row('input, other, p'),
  count_nonzero: row('input, dim'),
  diff: row('input, n, dim, {prepend}, {append}'),
  gradient: row('input, *, spacing, dim, edge_order'),
  renorm: row('input, p, dim, maxnorm'),
  histc: row('input, bins, min, max'),
  histogram: row('input, bins, *, range, weight, density'),
  histogramdd: row('input, bins, {range}, {weight}, {density}'),
  bincount: row('input, weights, minlength'),
  cov: row('input, *, correction, fweights, aweights'),
  corrcoef: row('input'),
  trace: row('input'),
  sort: row('input, dim, {descending}, *, stable'),
  argsort: row('input, dim, {descending}, *, stable'),
  msort: row('input'),
  topk: row('input, k, dim, {largest}, {sorted}'),
  unique: row('input, {sorted}, {return_inverse}, {return_counts}, {dim}'),
  unique_consecutive: row('input, {return_inverse}, {return_counts}, {dim}'),
  segment_reduce: row('data, reduce, *, lengths, indices, offsets, axis, unsafe, initial'),
};

/** What puts elements together, or in order. */
export const reduce: Rows = {
  ...base,
  ...aliases(
    {
      'special.logsumexp': 'logsumexp',
      'special.softmax': 'softmax',
      'special.log_softmax': 'log_softmax',
      'nn.functional.softmax': 'softmax',
      'nn.functional.log_softmax': 'log_softmax',
    },
    base,
  ),
};
