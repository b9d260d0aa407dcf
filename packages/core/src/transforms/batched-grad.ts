import { type GradOptions, grad as pullBack, type TensorOrList } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { sameShape } from '../shape/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { vmap } from './vmap.ts';

/** Keyword arguments of {@link grad}. */
export interface BatchedGradOptions extends GradOptions {
  /** `gradOutputs` have a dimension in front: so many products at once, by `vmap`. Default false. */
  readonly isGradsBatched?: boolean;
}

/**
 * The gradients of the sum of `outputs` (each weighted by its `gradOutputs`) with respect to `inputs`, which need not be
 * leaves; `.grad` is left alone. An input that nothing depends on gives null with `allowUnused`.
 * @throws `autograd/unused`, `autograd/input-no-grad`, `autograd/batched-shape` and what `backward` throws
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function grad(
  outputs: TensorOrList,
  inputs: TensorOrList,
  { isGradsBatched = false, ...options }: BatchedGradOptions = {},
): (Tensor | null)[] {
  if (!isGradsBatched || options.gradOutputs === undefined) return pullBack(outputs, inputs, options);
  const roots = toList(outputs);
  const weights = toList<Tensor | null>(options.gradOutputs);
  weights.forEach((weight, index) => {
    const output = roots[index];
    if (weight === null || output === undefined || sameShape(weight.shape.slice(1), output.shape)) return;
    fail('autograd/batched-shape', { index, grad: weight.shape.slice(1), output: output.shape });
  });
  let unused: boolean[] = [];
  const dims = weights.map((weight) => (weight === null ? null : 0));
  const pulled = vmap((...given: (Tensor | null)[]) => {
    const found = pullBack(outputs, inputs, { ...options, gradOutputs: given, retainGraph: true });
    unused = found.map((own) => own === null);
    return found.filter((own) => own !== null);
  }, dims)(...weights);
  let next = 0;
  return unused.map((none) => (none ? null : pulled[next++]!));
}

function toList<T extends Tensor | null = Tensor>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
