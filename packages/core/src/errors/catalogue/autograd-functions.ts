import { pythonType } from '../python-type.ts';
import { runtimeError, typeError } from './define.ts';

/** Mistakes in custom functions, hooks of saved tensors and what else runs a user's code in backward. */
export const autogradFunctions = {
  'autograd/function-instance': runtimeError(
    (_: object) =>
      'Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)',
  ),
  'autograd/backward-and-vjp': runtimeError(
    (_: object) =>
      "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement one of them.",
  ),
  'autograd/save-type': typeError(
    (d: { index: number; value: unknown }) =>
      `save_for_backward can only save variables, but argument ${d.index} is of type ${pythonType(d.value)}`,
  ),
  'autograd/dirty-type': runtimeError(
    (d: { index: number; value: unknown }) =>
      `mark_dirty can only accept variables, but argument ${d.index} is of type ${pythonType(d.value)}`,
  ),
  'autograd/non-differentiable-type': runtimeError(
    (d: { value: unknown }) =>
      `mark_non_differentiable only accepts variable arguments, but got ${pythonType(d.value)}`,
  ),
  'autograd/leaf-dirty': runtimeError(
    (_: object) => 'a leaf Variable that requires grad has been used in an in-place operation.',
  ),
  'autograd/dirty-not-output': runtimeError(
    (_: object) =>
      'Some elements marked as dirty during the forward method were not returned as output. The inputs that are modified inplace must all be outputs of the Function.',
  ),
  'autograd/dirty-view': runtimeError(
    (_: object) =>
      'If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return more than one Tensor. This is not supported by the current autograd engine. You should either make sure the input is not a view (using .clone() for example) or make your Function only return one Tensor (potentially splitting it into two Functions: one doing the inplace that returns a single Tensor and a second one that does the other operations). You can ask on the forum https://discuss.pytorch.org/ if you need help to do this change.',
  ),
  'autograd/gradient-count': runtimeError(
    (d: { node: string; expected: number; got: number }) =>
      `function ${d.node} returned an incorrect number of gradients (expected ${d.expected}, got ${d.got})`,
  ),
  'autograd/gradient-of-constant': runtimeError(
    (d: { node: string; position: number }) =>
      `function ${d.node} returned a gradient different than None at position ${d.position}, but the corresponding forward input was not a Variable`,
  ),
  'autograd/gradient-type': runtimeError(
    (d: { value: unknown }) => `expected Variable or None (got ${pythonType(d.value)})`,
  ),
  'autograd/once-differentiable': runtimeError(
    (_: object) => 'trying to differentiate twice a function that was marked with @once_differentiable',
  ),
  'autograd/pack-inplace': runtimeError(
    (_: object) =>
      'A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook can not be modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if you need to perform in-place operations on the input to a pack hook.',
  ),
  'autograd/unpack-type': typeError(
    (d: { value: unknown }) =>
      `Output of saved tensor unpack_hook expected to be a Tensor but got result of type ${pythonType(d.value)}`,
  ),
  'autograd/hooks-disabled': runtimeError((d: { text: string }) => d.text),
  'autograd/nan': runtimeError(
    (d: { node: string; index: number }) =>
      `Function '${d.node}' returned nan values in its ${d.index}th output.`,
  ),
  'autograd/checkpoint-partial': runtimeError(
    (_: object) =>
      'Checkpointing is not compatible with .grad() or when an `inputs` parameter is passed to .backward(). Please use .backward() and do not pass its `inputs` argument.',
  ),
  'autograd/checkpoint-useless': runtimeError(
    (_: object) => 'none of output has requires_grad=True, this checkpoint() is not necessary',
  ),
  'autograd/checkpoint-inner': runtimeError(
    (_: object) => 'You are calling backwards on a tensor that is never exposed. Please open an issue.',
  ),
  'autograd/checkpoint-mismatch': runtimeError((d: { forward: number; again: number; position?: number }) =>
    d.position === undefined
      ? `torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\nNumber of tensors saved during forward: ${d.forward}\nNumber of tensors saved during recomputation: ${d.again}`
      : `torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the forward pass.\ntensor at position ${d.position}`,
  ),
};
