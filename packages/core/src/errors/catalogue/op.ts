import { pythonType } from '../python-type.ts';
import { indexError, list, notImplementedError, runtimeError, typeError, valueError } from './define.ts';

const tensorOrPython = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'dtype' in value ? 'Tensor' : pythonType(value);

/** Mistakes in the arguments of particular operations. `text` is PyTorch's own for the call. */
export const op = {
  'op/argument': runtimeError((d: { text: string }) => d.text),
  'op/value': valueError((d: { text: string }) => d.text),
  'op/type': typeError((d: { text: string }) => d.text),
  'op/index': indexError((d: { text: string }) => d.text),
  'op/not-implemented': notImplementedError((d: { text: string }) => d.text),
  'op/zero-division': runtimeError((_: object) => 'ZeroDivisionError'),
  'op/not-a-tensor': typeError(
    (d: { op: string; argument: string; position: number; value: unknown }) =>
      `${d.op}(): argument '${d.argument}' (position ${d.position}) must be Tensor, not ${pythonType(d.value)}`,
  ),
  'op/combination': typeError(
    (d: { op: string; values: readonly unknown[] }) =>
      `${d.op}() received an invalid combination of arguments - got (${d.values.map(tensorOrPython).join(', ')})`,
  ),
  'op/not-tensors': typeError(
    (d: { op: string; value: unknown }) =>
      `${d.op}(): argument 'tensors' (position 1) must be tuple of Tensors, not ${pythonType(d.value)}`,
  ),
  'op/list-element': typeError(
    (d: { index: number; value: unknown }) =>
      `expected Tensor as element ${d.index} in argument 0, but got ${pythonType(d.value)}`,
  ),
  'op/mm-shapes': runtimeError(
    (d: { a: readonly number[]; b: readonly number[] }) =>
      `mat1 and mat2 shapes cannot be multiplied (${d.a.join('x')} and ${d.b.join('x')})`,
  ),
  'op/matmul-0d': runtimeError(
    (d: { a: number; b: number }) =>
      `both arguments to matmul need to be at least 1D, but they are ${d.a}D and ${d.b}D`,
  ),
  'op/matrix': runtimeError((d: { name: string }) => `${d.name} must be a matrix`),
  'op/batch-3d': runtimeError((d: { name: string }) => `${d.name} must be a 3D tensor`),
  'op/bmm-shapes': runtimeError(
    (d: { expected: readonly number[]; got: readonly number[] }) =>
      `Expected size for first two dimensions of batch2 tensor to be: ${list(d.expected)} but got: ${list(d.got)}.`,
  ),
  'op/mv-shapes': runtimeError(
    (d: { a: readonly number[]; b: readonly number[] }) =>
      `size mismatch, got ${d.a[0]}, ${d.a.join('x')},${d.b[0]}`,
  ),
  'op/dot-shapes': runtimeError(
    (d: { a: number; b: number }) =>
      `inconsistent tensor size, expected tensor [${d.a}] and src [${d.b}] to have the same number of elements, but got ${d.a} and ${d.b} elements respectively`,
  ),
  'op/empty-reduction': runtimeError(
    (d: { op: string }) =>
      `${d.op}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
  ),
  'op/empty-argument-reduction': indexError(
    (d: { op: string }) => `${d.op}(): Expected reduction dim to be specified for input.numel() == 0.`,
  ),
  'op/empty-reduction-dim': indexError(
    (d: { op: string; dim: number }) => `${d.op}(): Expected reduction dim ${d.dim} to have non-zero size.`,
  ),
  'op/where-condition': runtimeError(
    (d: { dtype: string }) =>
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${d.dtype}`,
  ),
};
