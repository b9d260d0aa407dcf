import { pythonType } from '../python-type.ts';
import { list, notImplementedError, runtimeError, typeError, valueError } from './define.ts';

/** A change of a view, or (`indirect`) of its base, that the view's history cannot follow. */
export interface ViewChange {
  /** Which output of which node the view is; empty without one. */
  readonly output: string;
  readonly indirect: boolean;
}

function viewChange({ output, indirect }: ViewChange): string {
  const what = indirect ? 'its base or another view of its base has been' : 'is being';
  return output === ''
    ? `A view was created in no_grad mode and ${what} modified inplace with grad mode enabled.`
    : `${output} is a view and ${what} modified inplace.`;
}

/** Mistakes about gradients and graphs. */
export const autograd = {
  'autograd/second-backward': runtimeError(
    (_: { node: string }) =>
      'Trying to backward through the graph a second time, but the saved intermediate results have already been freed. Specify retain_graph=True when calling backward the first time.',
  ),
  'autograd/version': runtimeError(
    (d: { tensor: string; output: string; version: number; expected: number; traced: boolean }) =>
      `one of the variables needed for gradient computation has been modified by an inplace operation: [${d.tensor}]${d.output === '' ? '' : `, which is ${d.output},`} is at version ${d.version}; expected version ${d.expected} instead. Hint: ${d.traced ? 'the backtrace further above shows the operation that failed to compute its gradient. The variable in question was changed in there or anywhere later. Good luck!' : 'enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True).'}`,
  ),
  'autograd/no-graph': runtimeError(
    (d: { index: number }) =>
      `element ${d.index} of tensors does not require grad and does not have a grad_fn`,
  ),
  'autograd/not-scalar': runtimeError(
    (_: { shape: readonly number[] }) => 'grad can be implicitly created only for scalar outputs',
  ),
  'autograd/grad-shape': runtimeError(
    (d: { index: number; grad: readonly number[]; output: readonly number[] }) =>
      `Mismatch in shape: grad_output[${d.index}] has a shape of torch.Size(${list(d.grad)}) and output[${d.index}] has a shape of torch.Size(${list(d.output)}).`,
  ),
  'autograd/grad-count': runtimeError(
    (d: { tensors: number; gradients: number }) => `got ${d.tensors} tensors and ${d.gradients} gradients`,
  ),
  'autograd/grad-type': typeError(
    (d: { value: unknown }) => `gradients can be either Tensors or None, but got ${pythonType(d.value)}`,
  ),
  'autograd/unused': runtimeError(
    (_: { index: number }) =>
      'One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.',
  ),
  'autograd/input-no-grad': runtimeError(
    (_: { index: number }) => 'One of the differentiated Tensors does not require grad',
  ),
  'autograd/empty-inputs': runtimeError((_: object) => "'inputs' argument to backward() cannot be empty."),
  'autograd/materialize': valueError(
    (_: object) =>
      'Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.',
  ),
  'autograd/invalid-gradient': runtimeError(
    (d: { node: string; index: number; got: readonly number[]; expected: readonly number[] }) =>
      `Function ${d.node} returned an invalid gradient at index ${d.index} - got ${list(d.got)} but expected shape compatible with ${list(d.expected)}`,
  ),
  'autograd/leaf-flag': runtimeError((d: { value: boolean }) =>
    d.value
      ? 'you can only change requires_grad flags of leaf variables.'
      : "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
  ),
  'autograd/leaf-inplace': runtimeError((d: { view: boolean }) =>
    d.view
      ? 'a view of a leaf Variable that requires grad is being used in an in-place operation.'
      : 'a leaf Variable that requires grad is being used in an in-place operation.',
  ),
  'autograd/multi-view-inplace': runtimeError(
    (d: ViewChange) =>
      `${viewChange(d)} This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.`,
  ),
  'autograd/function-view-inplace': runtimeError(
    (d: ViewChange) =>
      `${viewChange(d)} This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function.`,
  ),
  'autograd/no-grad-view-inplace': runtimeError(
    (d: ViewChange) =>
      `${viewChange(d)} Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).`,
  ),
  'autograd/inference-view-inplace': runtimeError(
    ({ indirect }: { indirect: boolean }) =>
      `A view was created in inference mode and ${indirect ? 'its base or another view of its base has been' : 'is being'} modified inplace in normal mode. Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the inference_mode block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).`,
  ),
  'autograd/inference-inplace': runtimeError(
    (_: object) =>
      'Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.',
  ),
  'autograd/inference-saved': runtimeError(
    (_: object) =>
      'Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor and use it in autograd.',
  ),
  'autograd/inference-flag': runtimeError(
    (_: object) => 'Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.',
  ),
  'autograd/inference-version': runtimeError(
    (_: object) => 'Inference tensors do not track version counter.',
  ),
  'autograd/detach-view': runtimeError(
    (_: object) =>
      "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution.",
  ),
  'autograd/retain': runtimeError((_: object) => "can't retain_grad on Tensor that has requires_grad=False"),
  'autograd/hook': runtimeError(
    (_: object) => "cannot register a hook on a tensor that doesn't require gradient",
  ),
  'autograd/hook-type': typeError(
    (d: { value: unknown }) => `expected Variable, but hook returned '${pythonType(d.value)}'`,
  ),
  'autograd/hook-size': runtimeError(
    (d: { hook: string }) => `hook '${d.hook}' has changed the size of value`,
  ),
  'autograd/assign-size': runtimeError((_: object) => 'assigned grad has data of a different size'),
  'autograd/assign-type': runtimeError((_: object) => 'assigned grad has data of a different type'),
  'autograd/assign-self': runtimeError((_: object) => "can't assign Variable as its own grad"),
  'autograd/assign-kind': typeError(
    (d: { value: unknown }) =>
      `assigned grad expected to be a Tensor or None but got grad of type${pythonType(d.value)}`,
  ),
  'autograd/not-implemented': runtimeError(
    (d: { op: string }) => `derivative for ${d.op} is not implemented`,
  ),
  'autograd/deepcopy': runtimeError(
    (_: object) =>
      'Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment',
  ),
  'autograd/resize': runtimeError((_: object) => 'cannot resize variables that require grad'),
  'autograd/numpy': runtimeError(
    (_: object) => "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
  ),
  'autograd/gradcheck': {
    type: 'GradcheckError' as const,
    message: (d: { text: string }): string => d.text,
  },
  'autograd/gradcheck-inputs': valueError(
    (_: object) =>
      'gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True.',
  ),
  'autograd/dual-nested': runtimeError(
    (_: object) => 'Nested forward mode AD is not supported at the moment',
  ),
  'autograd/dual-exit': runtimeError((_: object) => 'Dual level must be a positive number.'),
  'autograd/dual-no-level': runtimeError(
    (_: object) =>
      'Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first.',
  ),
  'autograd/dual-dtype': valueError(
    (d: { what: 'primal' | 'tangent'; dtype: string }) =>
      `Expected ${d.what} to be floating point or complex, but got: torch.${d.dtype}`,
  ),
  'autograd/dual-again': runtimeError(
    (_: object) =>
      'Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not supported.',
  ),
  'autograd/dual-size': runtimeError(
    (d: { primal: readonly number[]; tangent: readonly number[] }) =>
      `Trying to set a forward gradient that has a different size than that of the original Tensor, this is not supported. Tensor is of size ${list(d.primal)} while the given forward gradient is of size ${list(d.tangent)}.`,
  ),
  'autograd/tangent-count': runtimeError(
    (d: { expected: number; got: number }) =>
      `Function's jvp returned an invalid number of forward gradients (expected ${d.expected} but got ${d.got})`,
  ),
  'autograd/gradcheck-strides': runtimeError(
    (d: { input: number }) =>
      `The ${d.input}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous on the input before passing it to gradcheck.`,
  ),
  'autograd/no-forward': notImplementedError((d: { text: string }) => d.text),
};
