import { isTensor } from '../tensors.ts';
import { aliases, type Bound, type OurFunction, type Rows, row, rows } from './row.ts';

/** `tensor_split(x, n)`, `(x, [i, j])` and `(x, tensor)`. */
function tensorSplit({ input, indices, dim }: Bound, ours: OurFunction): unknown {
  const at = isTensor(indices) ? numbers(indices.tolist()) : indices;
  return dim === undefined ? ours(input, at) : ours(input, at, dim);
}

function numbers(value: unknown): unknown {
  return Array.isArray(value) ? value.map(Number) : Number(value);
}

/** `narrow(x, dim, start, length)`, whose start may be a 0-d tensor. */
function narrow({ input, dim, start, length }: Bound, ours: OurFunction): unknown {
  return ours(input, dim, isTensor(start) ? Number(start.item()) : start, length);
}

/** `x.to(...)`: a dtype, a tensor, or a device and a dtype come first. */
function to({ input, first, second, third, fourth, dtype, copy, other }: Bound, ours: OurFunction): unknown {
  const like = other ?? (isTensor(first) ? first : undefined);
  const given = [first, second, third, fourth];
  const named = given.find((value) => typeof value === 'string' && value !== 'cpu');
  const wanted = dtype ?? like?.dtype ?? named ?? input.dtype;
  const flags = given.filter((value) => typeof value === 'boolean');
  const copied = copy ?? flags[1];
  return copied === undefined ? ours(input, wanted) : ours(input, wanted, { copy: copied });
}

const base: Rows = {
  ...rows('view reshape', 'input, *shape'),
  ...rows('permute', 'input, *dims'),
  ...rows('expand', 'input, *size'),
  ...rows('broadcast_to', 'input, size'),
  ...rows('repeat', 'input, *repeats'),
  ...rows('tile', 'input, *dims'),
  ...rows('sum_to_size', 'input, *size'),
  ...rows('view_as reshape_as expand_as type_as', 'input, other'),
  ...rows('t contiguous ravel fliplr flipud adjoint view_as_complex view_as_real', 'input'),
  ...rows('clone', 'input'),
  ...rows('transpose', 'input, dim0, dim1'),
  ...rows('movedim', 'input, source, destination'),
  ...rows('cat', 'tensors, dim'),
  ...rows('stack', 'tensors, dim'),
  ...rows('hstack vstack dstack column_stack', 'tensors'),
  ...rows('atleast_1d atleast_2d atleast_3d', '...tensors'),
  ...rows('broadcast_shapes', '...shapes'),
  ...rows('broadcast_tensors block_diag cartesian_prod', '...tensors'),
  ...rows('hsplit vsplit dsplit', 'input, indices'),
  ...rows('diag triu tril', 'input, diagonal'),
  ...rows('triu_indices tril_indices', 'row, col, offset, *, dtype'),
  ...rows('narrow narrow_copy', 'input, dim, start, length', { call: narrow }),
  flatten: row('input, start_dim, end_dim'),
  unflatten: row('input, dim, sizes'),
  squeeze: row('input, dim'),
  unsqueeze: row('input, dim'),
  split: row('tensor, split_size, dim'),
  split_with_sizes: row('input, split_sizes, dim', { target: 'split' }),
  chunk: row('input, chunks, dim'),
  tensor_split: row('input, indices, dim', { call: tensorSplit }),
  unbind: row('input, dim'),
  flip: row('input, *dims'),
  roll: row('input, shifts, dims'),
  rot90: row('input, k, dims'),
  diagonal: row('input, offset, dim1, dim2'),
  diag_embed: row('input, offset, dim1, dim2'),
  diagflat: row('input, offset'),
  meshgrid: row('...tensors, *, indexing', {
    call: ({ tensors, indexing }, meshgrid) => {
      const list = tensors.length === 1 && Array.isArray(tensors[0]) ? tensors[0] : tensors;
      return indexing === undefined ? meshgrid(list) : meshgrid(list, { indexing });
    },
  }),
  combinations: row('input, r, {with_replacement}'),
  repeat_interleave: row('input, repeats, dim, *, output_size'),
  as_strided: row('input, size, stride, storage_offset'),
  unfold: row('input, dimension, size, step'),
  kron: row('input, other'),
  ...rows('T H mT mH', 'input'),
  to: row('input, first, second, third, fourth, *, dtype, other, copy', { call: to }),
  to_sparse: row('input, sparse_dim'),
  vander: row('x, N, increasing'),
  resize_: row('input, *size', { call: ({ input, size }, ours) => ours(input.clone(), size) }),
  resize_as_: row('input, other', { call: ({ input, other }, ours) => ours(input.clone(), other) }),
};

const casts: Rows = rows(
  'bfloat16 bool byte chalf char double float half int long short cfloat cdouble',
  'input',
);

/** What changes the form and not the elements, and casts. */
export const shape: Rows = {
  ...base,
  ...casts,
  ...aliases(
    {
      concat: 'cat',
      concatenate: 'cat',
      moveaxis: 'movedim',
      row_stack: 'vstack',
      swapaxes: 'transpose',
      swapdims: 'transpose',
      'linalg.diagonal': 'diagonal',
    },
    base,
  ),
};
