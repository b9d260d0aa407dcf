import { pythonType } from '../python-type.ts';
import { list, runtimeError, typeError } from './define.ts';

/** Why a strict transform refuses a function, each with its text for the input or output of this number. */
const strict = {
  outputs: (i: number): string =>
    `Output ${i} of the user-provided function does not require gradients. The outputs must be computed in a differentiable manner from the input when running in strict mode.`,
  gradInputs: (i: number): string =>
    `The gradient with respect to input ${i} is independent of the inputs of the user-provided function. This is not allowed in strict mode.`,
  jacobian: (i: number): string =>
    `While computing the hessian, found that the jacobian of the user-provided function with respect to input ${i} is independent of the input. This is not allowed in strict mode. You should ensure that your function is twice differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for example).`,
  hessian: (i: number): string =>
    `The hessian of the user-provided function with respect to input ${i} is independent of the input. This is not allowed in strict mode. You should ensure that your function is thrice differentiable and that the hessian depends on the inputs.`,
  back: (i: number): string =>
    `The output of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
  backTrick: (i: number): string =>
    `The gradient with respect to the input is independent of entry ${i} in the grad_outputs when using the double backward trick to compute forward mode gradients. This is not allowed in strict mode.`,
  doubleBack: (i: number): string =>
    `The jacobian of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
  doubleBackTrick: (i: number): string =>
    `The hessian of the user-provided function is independent of entry ${i} in the grad_jacobian. This is not allowed in strict mode as it prevents from using the double backward trick to replace forward mode AD.`,
  flatJacobian: (i: number): string =>
    `The jacobian of the user-provided function is independent of input ${i}. This is not allowed in strict mode when create_graph=True.`,
  flatHessian: (i: number): string =>
    `The hessian of the user-provided function is independent of input ${i}. This is not allowed in strict mode when create_graph=True.`,
};

/** Mistakes in jacobian, hessian and the products with them. */
export const autogradFunctional = {
  'autograd/functional-type': typeError(
    (d: { what: string; transform: string; index: number | undefined; value: unknown }) =>
      `The ${d.what} given to ${d.transform} must be either a Tensor or a tuple of Tensors but the ${d.index === undefined ? `given ${d.what}` : `value at index ${d.index}`} has type <class '${pythonType(d.value)}'>.`,
  ),
  'autograd/functional-scalar': runtimeError((d: { transform: string; elements: number | undefined }) =>
    d.elements === undefined
      ? `The function given to ${d.transform} should return a single Tensor`
      : `The Tensor returned by the function given to ${d.transform} should contain a single element`,
  ),
  'autograd/vector-needed': runtimeError((d: { by: 'input' | 'output' }) =>
    d.by === 'input'
      ? 'The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.'
      : 'The vector v can only be None if the user-provided function returns a single Tensor with a single element.',
  ),
  'autograd/vector-count': runtimeError((d: { expected: number | undefined; got: number }) =>
    d.expected === undefined
      ? 'The given v should contain a single Tensor.'
      : `v is a tuple of invalid length: should be ${d.expected} but got ${d.got}.`,
  ),
  'autograd/vector-size': runtimeError(
    (d: { entry: number | undefined; expected: readonly number[]; got: readonly number[] }) =>
      `${d.entry === undefined ? '' : `Entry ${d.entry} in `}v has invalid size: should be torch.Size(${list(d.expected)}) but got torch.Size(${list(d.got)}).`,
  ),
  'autograd/strict': runtimeError((d: { why: keyof typeof strict; index: number }) => strict[d.why](d.index)),
  'autograd/strict-entry': runtimeError(
    (d: { output: number; input: number }) =>
      `Output ${d.output} of the user-provided function is independent of input ${d.input}. This is not allowed in strict mode.`,
  ),
};
