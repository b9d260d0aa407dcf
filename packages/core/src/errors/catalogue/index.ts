import { pythonType } from '../python-type.ts';
import { indexError, list, runtimeError, typeError, valueError } from './define.ts';

/** Mistakes in indexing, gathering and scattering. */
export const index = {
  'index/0d': indexError(
    (_: object) =>
      'invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number',
  ),
  'index/range': indexError(
    (d: { index: number; dim: number; size: number }) =>
      `index ${d.index} is out of bounds for dimension ${d.dim} with size ${d.size}`,
  ),
  'index/select': indexError(
    (d: { index: number; shape: readonly number[]; dim: number }) =>
      `select(): index ${d.index} out of range for tensor of size ${list(d.shape)} at dimension ${d.dim}`,
  ),
  'index/select-0d': indexError((_: object) => 'select() cannot be applied to a 0-dim tensor.'),
  'index/too-many': indexError(
    (d: { rank: number; got?: number }) =>
      `too many indices for tensor of dimension ${d.rank}${d.got === undefined ? '' : ` (got ${d.got})`}`,
  ),
  'index/broadcast': indexError(
    (d: { shapes: readonly (readonly number[])[] }) =>
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${d.shapes.map(list).join(', ')}`,
  ),
  'index/mask': indexError(
    (d: { mask: readonly number[]; at: number; shape: readonly number[]; dim: number }) =>
      `The shape of the mask ${list(d.mask)} at index ${d.at} does not match the shape of the indexed tensor ${list(d.shape)} at index ${d.dim}`,
  ),
  'index/dtype': indexError(
    (_: { dtype: string }) => 'tensors used as indices must be long, byte or bool tensors',
  ),
  'index/kind': indexError(
    (d: { value: unknown }) =>
      `only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices (got ${pythonType(d.value)})`,
  ),
  'index/step': valueError((d: { step: number }) =>
    d.step === 0 ? 'slice step cannot be zero' : 'step must be greater than zero',
  ),
  'index/slice-bound': typeError(
    (_: { bound: unknown }) => 'slice indices must be integers or None or have an __index__ method',
  ),
  'index/slice-step': runtimeError((_: { step: number }) => 'slice step must be positive'),
  'index/value-shape': runtimeError(
    (d: { value: readonly number[]; result: readonly number[] }) =>
      `shape mismatch: value tensor of shape ${list(d.value)} cannot be broadcast to indexing result of shape ${list(d.result)}`,
  ),
  'index/gather-range': runtimeError(
    (d: { index: number; dim: number; size: number }) =>
      `index ${d.index} is out of bounds for dimension ${d.dim} with size ${d.size}`,
  ),
  'index/rank': runtimeError(
    (d: { as?: 'self' | 'input' }) =>
      `Index tensor must have the same number of dimensions as ${d.as ?? 'input'} tensor`,
  ),
  'index/gather-dtype': runtimeError((d: { op: string }) => `${d.op}(): Expected dtype int64 for index`),
  'index/gather-size': runtimeError(
    (d: { dim: number; index: readonly number[]; self: readonly number[]; what: string }) =>
      `Size does not match at dimension ${d.dim} expected index ${list(d.index)} to be smaller than ${d.what} ${list(d.self)} apart from dimension ${d.what === 'src' ? '' : d.dim}`,
  ),
  'index/index-select-range': runtimeError(
    (d: { index: number; size: number }) =>
      `INDICES element is out of DATA bounds, id=${d.index} axis_dim=${d.size}`,
  ),
  'index/take-range': indexError((d: { index: number; numel: number }) =>
    d.numel === 0
      ? 'take(): tried to take from an empty tensor'
      : `out of range: tried to access index ${d.index} on a tensor of ${d.numel} elements.`,
  ),
  'index/count': runtimeError(
    (d: { op: string; indices: number; size: number; dim: number }) =>
      `${d.op}(): Number of indices (${d.indices}) should be equal to source.size(dim): (${d.size}), for dim: ${d.dim}`,
  ),
  'index/self-range': indexError((_: object) => 'index out of range in self'),
  'index/argument': indexError((d: { text: string }) => d.text),
  'index/type': typeError((d: { text: string }) => d.text),
};
