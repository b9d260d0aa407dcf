import { pythonType } from '../python-type.ts';
import { indexError, list, runtimeError, typeError, valueError } from './define.ts';

/** Mistakes about sizes, dimensions and strides. */
export const shape = {
  'shape/broadcast': runtimeError(
    (d: { a: number; b: number; dim: number }) =>
      `The size of tensor a (${d.a}) must match the size of tensor b (${d.b}) at non-singleton dimension ${d.dim}`,
  ),
  'shape/broadcast-shapes': runtimeError(
    (_: { shapes: readonly (readonly number[])[] }) =>
      'Shape mismatch: objects cannot be broadcast to a single shape',
  ),
  'shape/dim-range': indexError(
    (d: { dim: number; rank: number }) =>
      `Dimension out of range (expected to be in range of [${-Math.max(d.rank, 1)}, ${Math.max(d.rank, 1) - 1}], but got ${d.dim})`,
  ),
  'shape/too-many-dims': runtimeError((_: object) => 'only tensors with up to 64 dims are supported'),
  'shape/dim-repeated': runtimeError(
    (d: { dim: number }) => `dim ${d.dim} appears multiple times in the list of dims`,
  ),
  'shape/view-size': runtimeError(
    (d: { shape: readonly number[]; numel: number }) =>
      `shape '${list(d.shape)}' is invalid for input of size ${d.numel}`,
  ),
  'shape/infer-two': runtimeError((_: { shape: readonly number[] }) => 'only one dimension can be inferred'),
  'shape/infer-ambiguous': runtimeError(
    (d: { shape: readonly number[] }) =>
      `cannot reshape tensor of 0 elements into shape ${list(d.shape)} because the unspecified dimension size -1 can be any value and is ambiguous`,
  ),
  'shape/negative': runtimeError((d: { size: number }) => `invalid shape dimension ${d.size}`),
  'shape/negative-size': runtimeError(
    (d: { size: number; shape: readonly number[] }) =>
      `Trying to create tensor with negative dimension ${d.size}: ${list(d.shape)}`,
  ),
  'shape/view-strides': runtimeError(
    (_: { shape: readonly number[]; strides: readonly number[] }) =>
      "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
  ),
  'shape/expand': runtimeError(
    (d: { target: number; size: number; dim: number; shape: readonly number[]; from: readonly number[] }) =>
      `The expanded size of the tensor (${d.target}) must match the existing size (${d.size}) at non-singleton dimension ${d.dim}.  Target sizes: ${list(d.shape)}.  Tensor sizes: ${list(d.from)}`,
  ),
  'shape/expand-rank': runtimeError(
    (d: { type: string; shape: readonly number[]; from: readonly number[] }) =>
      `expand(${d.type}{${list(d.from)}}, size=${list(d.shape)}): the number of sizes provided (${d.shape.length}) must be greater or equal to the number of dimensions in the tensor (${d.from.length})`,
  ),
  'shape/expand-leading': runtimeError(
    (d: { target: number; dim: number }) =>
      `The expanded size of the tensor (${d.target}) isn't allowed in a leading, non-existing dimension ${d.dim}`,
  ),
  'shape/unflatten': runtimeError(
    (d: { shape: readonly number[]; dim: number; size: number }) =>
      `unflatten: Provided sizes ${list(d.shape)} don't multiply up to the size of dim ${d.dim} (${d.size}) in the input tensor`,
  ),
  'shape/unflatten-inference': runtimeError(
    (_: { shape: readonly number[] }) =>
      'unflatten got an unexpected error:\nonly one dimension can be inferred',
  ),
  'shape/sizes': typeError(
    (d: { op: string; value: unknown }) =>
      `${d.op}(): argument 'size' (position 1) must be tuple of SymInts, not ${pythonType(d.value)}`,
  ),
  'shape/no-dims': indexError(
    (d: { dim: number }) => `Dimension specified as ${d.dim} but tensor has no dimensions`,
  ),
  'shape/permute': runtimeError(
    (d: { dims: readonly number[]; shape: readonly number[] }) =>
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${d.shape.length} is not equal to len(dims) = ${d.dims.length}`,
  ),
  'shape/t': runtimeError(
    (d: { rank: number; op?: string }) =>
      `${d.op ?? 't'}() expects a tensor with <= 2 dimensions, but self is ${d.rank}D`,
  ),
  'shape/cat-sizes': runtimeError(
    (d: { dim: number; expected: number; got: number; index: number }) =>
      `Sizes of tensors must match except in dimension ${d.dim}. Expected size ${d.expected} but got size ${d.got} for tensor number ${d.index} in the list.`,
  ),
  'shape/cat-rank': runtimeError(
    (d: { a: number; b: number }) => `Tensors must have same number of dimensions: got ${d.a} and ${d.b}`,
  ),
  'shape/cat-empty': runtimeError((_: object) => 'torch.cat(): expected a non-empty list of Tensors'),
  'shape/cat-scalar': runtimeError(
    (d: { index: number }) => `zero-dimensional tensor (at position ${d.index}) cannot be concatenated`,
  ),
  'shape/stack-sizes': runtimeError(
    (d: { a: readonly number[]; b: readonly number[]; index: number }) =>
      `stack expects each tensor to be equal size, but got ${list(d.a)} at entry 0 and ${list(d.b)} at entry ${d.index}`,
  ),
  'shape/stack-empty': runtimeError((_: object) => 'stack expects a non-empty TensorList'),
  'shape/inplace': runtimeError(
    (d: { shape: readonly number[]; broadcast: readonly number[] }) =>
      `output with shape ${list(d.shape)} doesn't match the broadcast shape ${list(d.broadcast)}`,
  ),
  'shape/overlap': runtimeError(
    (_: object) =>
      'unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.',
  ),
  'shape/partial-overlap': runtimeError(
    (_: object) =>
      'unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. Please clone() the tensor before performing the operation.',
  ),
  'shape/storage-bounds': runtimeError(
    (d: {
      shape: readonly number[];
      strides: readonly number[];
      offset: number;
      itemsize: number;
      need: number;
      have: number;
    }) =>
      `setStorage: sizes ${list(d.shape)}, strides ${list(d.strides)}, storage offset ${d.offset}, and itemsize ${d.itemsize} requiring a storage size of ${d.need} are out of bounds for storage of size ${d.have}`,
  ),
  'shape/ragged': valueError(
    (d: { expected: number; got: number; dim: number }) =>
      `expected sequence of length ${d.expected} at dim ${d.dim} (got ${d.got})`,
  ),
  'shape/not-a-sequence': typeError((_: object) => 'not a sequence'),
  'shape/scalar-only': valueError(
    (_: { numel: number }) => 'only one element tensors can be converted to Python scalars',
  ),
  'shape/integer-only': typeError(
    (_: object) => 'only integer tensors of a single element can be converted to an index',
  ),
  'shape/ambiguous-boolean': runtimeError((d: { numel: number }) =>
    d.numel === 0
      ? 'Boolean value of Tensor with no values is ambiguous'
      : 'Boolean value of Tensor with more than one value is ambiguous',
  ),
  'shape/len-0d': typeError((_: object) => 'len() of a 0-d tensor'),
  'shape/iter-0d': typeError((_: object) => 'iteration over a 0-d tensor'),
};
