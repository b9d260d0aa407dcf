import { fail } from '../errors/index.ts';
import { broadcastAxes, isBroadcastable, sameShape } from '../shape/index.ts';
import type { BatchLevel, Hidden, Tensor } from '../tensor/index.ts';
import type { Node, OutputMeta } from './node.ts';

/**
 * Sums a gradient that broadcasting made larger than its input, and converts its dtype. What has a gradient for each example
 * of a `vmap` that is over, and is one for all of them, gets their sum.
 */
export function fitGradient(grad: Tensor, meta: OutputMeta, node: Node, index: number): Tensor {
  let out = grad.storage.hidden === null ? grad : sumOverExamples(grad, meta.hidden);
  if (!sameShape(out.shape, meta.shape)) {
    if (!isBroadcastable(meta.shape, out.shape)) {
      fail('autograd/invalid-gradient', { node: node.name, index, got: out.shape, expected: meta.shape });
    }
    out = out.sum(broadcastAxes(out.shape, meta.shape), { keepdim: true }).view(meta.shape);
  }
  return out.dtype === meta.dtype ? out : out.to(meta.dtype);
}

function sumOverExamples(grad: Tensor, own: Hidden | null): Tensor {
  let out = grad;
  for (const { level } of grad.storage.hidden!) {
    if (level.open || own?.some((dim) => dim.level === level) === true) continue;
    out = show!(out, level, 0).sum(0);
  }
  return out;
}

type ShowDim = (tensor: Tensor, level: BatchLevel, dim: number) => Tensor;

let show: ShowDim | undefined;

/** Says how a hidden dimension is shown, which is an operation and comes after the engine. */
export function installShowDim(given: ShowDim): void {
  show = given;
}
