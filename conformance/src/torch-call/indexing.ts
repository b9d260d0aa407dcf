import { longTensor } from '../tensors.ts';
import { PySlice, PyTuple } from '../values.ts';
import { type Bound, type OurFunction, type Rows, row, rows } from './row.ts';

/**
 * An index as Python's brackets take it, in our `at(...)` form: a tuple is several indices; a list is one index unless
 * it holds a sequence, a slice, an ellipsis or None, as PyTorch has it.
 */
export function indicesOf(index: unknown): readonly unknown[] {
  if (!Array.isArray(index)) return [indexItem(index)];
  const several =
    index instanceof PyTuple || index.some((item) => typeof item === 'object' || typeof item === 'string');
  return several ? index.map(indexItem) : [indexItem(index)];
}

function indexItem(item: unknown): unknown {
  if (item instanceof PySlice) return item.toSlice();
  return Array.isArray(item) ? longTensor(item) : item;
}

/** `x.zero_()` and friends as OpInfo calls them: on a copy, so that the recorded input stays. */
function onCopy({ input }: Bound, ours: OurFunction): unknown {
  return ours(input.clone());
}

/** What reads and writes by position. */
export const indexing: Rows = {
  __getitem__: row('input, index', {
    target: 'at',
    call: ({ input, index: at }) => input.at(...indicesOf(at)),
  }),
  ...rows('masked_fill', 'input, mask, value'),
  ...rows('masked_select', 'input, mask'),
  ...rows('masked_scatter', 'input, mask, source'),
  ...rows('gather', 'input, dim, index, *, sparse_grad'),
  ...rows('take', 'input, index'),
  ...rows('take_along_dim', 'input, indices, dim'),
  ...rows('index_select', 'input, dim, index'),
  ...rows('index_add', 'input, dim, index, source, *, alpha'),
  ...rows('index_copy', 'input, dim, index, source'),
  ...rows('index_fill', 'input, dim, index, value'),
  ...rows('index_put', 'input, indices, values, {accumulate}'),
  ...rows('index_reduce', 'input, dim, index, source, reduce, *, include_self'),
  ...rows('put', 'input, index, source, {accumulate}'),
  ...rows('scatter', 'input, dim, index, src, *, reduce, value', {
    call: ({ input, dim, index: at, src, value, reduce }, scatter) =>
      reduce === undefined
        ? scatter(input, dim, at, src ?? value)
        : scatter(input, dim, at, src ?? value, { reduce }),
  }),
  ...rows('scatter_add', 'input, dim, index, src'),
  ...rows('scatter_reduce', 'input, dim, index, src, reduce, *, include_self'),
  ...rows('select', 'input, dim, index'),
  ...rows('slice', 'input, dim, start, end, step'),
  ...rows('select_scatter', 'input, src, dim, index'),
  ...rows('slice_scatter', 'input, src, dim, start, end, step'),
  ...rows('diagonal_scatter', 'input, src, offset, dim1, dim2'),
  ...rows('as_strided_scatter', 'input, src, size, stride, storage_offset'),
  ...rows('nonzero', 'input, *, as_tuple'),
  ...rows('argwhere', 'input'),
  ...rows('searchsorted', 'sorted_sequence, input, *, out_int32, right, side, sorter'),
  ...rows('bucketize', 'input, boundaries, *, out_int32, right'),
  fill: row('input, value', {
    target: 'fill_',
    call: ({ input, value }, fill) => fill(input.clone(), value),
  }),
  zero_: row('input', { call: onCopy }),
};
