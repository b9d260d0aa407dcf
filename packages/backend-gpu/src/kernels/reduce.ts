import type { Kernels } from '@taimatsu/core/backend';
import { runFold } from '../program/fold.ts';
import type { Launcher } from '../program/launcher.ts';

export function makeReduce(launcher: Launcher): Kernels['reduce'] {
  return (kernel, plan, out, inputs, params) => {
    const fold = {
      key: `reduce ${kernel.id}`,
      combine: kernel.combine,
      pre: kernel.pre,
      post: kernel.post,
      params: kernel.params,
    };
    const loops = {
      shape: plan.outer.shape,
      strides: plan.outer.strides[0]!,
      inputs: kernel.inputs.map((_, i) => ({
        view: inputs[i]!,
        strides: plan.outer.strides[i + 1] ?? plan.outer.strides[0]!,
        inner: plan.inner.strides[i]!,
      })),
      lateInputs: [],
      inner: plan.inner.shape,
    };
    runFold(launcher, fold, loops, out, params);
  };
}
