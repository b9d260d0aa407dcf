import { pythonType } from '../python-type.ts';
import { runtimeError, typeError, valueError } from './define.ts';

/** Mistakes about element types. `Float`, `Long` and the like are PyTorch's names for dtypes. */
export const dtype = {
  'dtype/unknown': typeError((d: { value: unknown }) => `expected a dtype name, but got ${String(d.value)}`),
  'dtype/inplace': runtimeError(
    (d: { from: string; to: string }) =>
      `result type ${d.from} can't be cast to the desired output type ${d.to}`,
  ),
  'dtype/default': typeError(
    (_: { dtype: string }) => 'only floating-point types are supported as the default type',
  ),
  'dtype/requires-grad': runtimeError(
    (d: { dtype: string; through: 'creation' | 'method' | 'property' }) =>
      `${d.through === 'creation' ? 'Only' : 'only'} Tensors of floating point ${d.through === 'method' ? '' : 'and complex '}dtype can require gradients`,
  ),
  'dtype/not-implemented': runtimeError(
    (d: { kernel: string; dtype: string }) => `"${d.kernel}" not implemented for '${d.dtype}'`,
  ),
  'dtype/mismatch': runtimeError(
    (d: { expected: string; got: string }) => `expected scalar type ${d.expected} but found ${d.got}`,
  ),
  'dtype/same': runtimeError((d: { text: string }) => d.text),
  'dtype/invalid-data': typeError(
    (d: { value: unknown }) => `new(): invalid data type '${pythonType(d.value)}'`,
  ),
  'dtype/infer': runtimeError((d: { value: unknown }) => `Could not infer dtype of ${pythonType(d.value)}`),
  'dtype/nested-text': valueError((_: { value: string }) => "too many dimensions 'str'"),
  'dtype/fill-value': typeError(
    (d: { op: string; value: unknown }) =>
      `${d.op}(): argument 'fill_value' (position 2) must be Number, not ${pythonType(d.value)}`,
  ),
  'dtype/assign': typeError(
    (d: { value: unknown; type: string }) => `can't assign a ${pythonType(d.value)} to a ${d.type}`,
  ),
  'dtype/data': typeError(
    (d: { value: unknown }) => `Variable data has to be a tensor, but got ${pythonType(d.value)}`,
  ),
  'dtype/overflow': runtimeError(
    (d: { dtype: string; value: number | bigint | boolean }) =>
      `value cannot be converted to type ${d.dtype} without overflow`,
  ),
  'dtype/long-overflow': runtimeError((_: { value: number | bigint }) => 'Overflow when unpacking long'),
  'dtype/bool-sub': runtimeError((d: { both: boolean }) =>
    d.both
      ? 'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.'
      : 'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  ),
  'dtype/bool-neg': runtimeError(
    (_: object) =>
      'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  ),
  'dtype/mean': runtimeError(
    (d: { op: string; dtype: string; given?: boolean }) =>
      `${d.op}(): could not infer output dtype. ${d.given === true ? 'Optional' : 'Input'} dtype must be either a floating point or complex dtype. Got: ${d.dtype}`,
  ),
  'dtype/float-only': runtimeError((d: { text: string }) => d.text),
  'dtype/int-pow': runtimeError((_: object) => 'Integers to negative integer powers are not allowed.'),
};
