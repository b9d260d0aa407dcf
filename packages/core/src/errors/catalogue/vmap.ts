import { list, runtimeError, valueError } from './define.ts';

/** Mistakes about functions of one example that are run on many. */
export const vmap = {
  'vmap/arguments': valueError((d: { text: string }) => d.text),
  'vmap/options': runtimeError((d: { text: string }) => d.text),
  'vmap/read': runtimeError((d: { call: string }) => {
    if (d.call === 'item()') {
      return "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch internals, please file a bug report.";
    }
    return `vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over ${d.call}.`;
  }),
  'vmap/control-flow': runtimeError(
    (_: object) =>
      "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that yet, please shout over at https://github.com/pytorch/functorch/issues/257 .",
  ),
  'vmap/inplace': runtimeError(
    (_: object) =>
      'vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic. If said operator is being called inside the PyTorch framework, please file a bug report instead.',
  ),
  'vmap/backward': runtimeError(
    (_: object) =>
      'backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp instead or call backward() outside of functorch transforms.',
  ),
  'autograd/batched-shape': runtimeError(
    (d: { index: number; grad: readonly number[]; output: readonly number[] }) =>
      `If \`is_grads_batched=True\`, we interpret the first dimension of each grad_output as the batch dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding output, but a mismatch was detected: grad_output[${d.index}] has a shape of torch.Size(${list(d.grad)}) and output[${d.index}] has a shape of torch.Size(${list(d.output)}). If you only want some tensors in \`grad_output\` to be considered batched, consider using vmap.`,
  ),
  'autograd/vectorize-strict': runtimeError(
    (_: object) =>
      'torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please either set `strict=False` or `vectorize=False`.',
  ),
  'vmap/randomness': runtimeError(
    (_: object) =>
      "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap",
  ),
};
