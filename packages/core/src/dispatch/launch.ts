import type { Backend } from '../backend/index.ts';
import { fail } from '../errors/index.ts';
import {
  type Declined,
  flatMapPlan,
  type KernelKind,
  type Kernels,
  planMap,
  planReduce,
  type ReduceKernel,
  wholeReducePlan,
} from '../kernel/index.ts';
import type { Literal, ScalarKernel } from '../scalar/index.ts';
import { broadcastStrides, sameShape } from '../shape/index.ts';
import { emptyTensor, type Tensor } from '../tensor/index.ts';

/** What lets the kernels of a kind take operands with hidden dimensions. */
export type Batching = { readonly [K in KernelKind]: (run: Kernels[K]) => Kernels[K] };

let batching: Batching | null = null;

/** Makes all launches from now on look for hidden dimensions: the first `vmap` does. */
export function installBatching(rules: Batching): void {
  batching = rules;
}

/** A backend's kernel of one kind, counted as launched. @throws `backend/unsupported` where it is declined */
export function kernelOf<K extends KernelKind>(backend: Backend, kind: K): Kernels[K] {
  const row: Kernels[K] | Declined = backend.kernels[kind];
  backend.counters.launches++;
  if (typeof row === 'function') return batching === null ? row : batching[kind](row);
  return fail('backend/unsupported', {
    backend: backend.name,
    what: kind,
    reason: (row as Declined).declined,
  });
}

/**
 * Runs a scalar kernel over `out`'s shape; inputs are broadcast to it. Inputs that overlap `out` in another layout must
 * have been copied before.
 */
export function launchMap(
  kernel: ScalarKernel,
  out: Tensor,
  inputs: readonly Tensor[],
  params: readonly Literal[],
): void {
  const { shape } = out;
  const size = out.numel();
  if (size === 0) return;
  const run = kernelOf(out.backend, 'map');
  let flat = out.isContiguous();
  for (let i = 0; flat && i < inputs.length; i++) {
    const input = inputs[i]!;
    flat = input.isContiguous() && sameShape(input.shape, shape);
  }
  if (flat) {
    run(kernel, flatMapPlan(size, inputs.length + 1), out, inputs, params);
    return;
  }
  const strides = [out.strides];
  for (const input of inputs) strides.push(broadcastStrides(input.shape, input.strides, shape));
  run(kernel, planMap(shape, strides, kernel.positional), out, inputs, params);
}

/** Runs a scalar kernel over row-major operands of one shape, `like`'s; the result is new and row-major too. */
export function launchFlat(
  kernel: ScalarKernel,
  like: Tensor,
  inputs: readonly Tensor[],
  params: readonly Literal[],
): Tensor {
  const { backend } = like.storage;
  const out = emptyTensor(backend, kernel.output, like.shape);
  const size = out.storage.length;
  if (size > 0) kernelOf(backend, 'map')(kernel, flatMapPlan(size, inputs.length + 1), out, inputs, params);
  return out;
}

/** Reduces `axes` of the inputs' common shape into `out`, whose shape has those axes removed. */
export function launchReduce(
  kernel: ReduceKernel,
  out: Tensor,
  inputs: readonly Tensor[],
  axes: readonly number[],
  params: readonly Literal[],
): void {
  if (out.numel() === 0) return;
  const { shape } = inputs[0]!;
  if (axes.length === shape.length && inputs.length === 1 && inputs[0]!.isContiguous()) {
    const plan = wholeReducePlan(inputs[0]!.numel());
    kernelOf(out.backend, 'reduce')(kernel, plan, out, inputs, params);
    return;
  }
  const ordered = kernel.combine === 'argmax' || kernel.combine === 'argmin';
  const strides = inputs.map((input) => broadcastStrides(input.shape, input.strides, shape));
  const plan = planReduce(shape, axes, out.strides, strides, ordered);
  kernelOf(out.backend, 'reduce')(kernel, plan, out, inputs, params);
}
