import { fail } from '../errors/index.ts';
import { isContiguous, isDense } from '../shape/index.ts';
import { aliasTensor, type Storage, type Tensor } from '../tensor/index.ts';
import { keepsHistory } from './dual-level.ts';
import { noGrad } from './modes.ts';
import { Node } from './node.ts';
import type { GradRecord } from './record.ts';

interface AccumulateAttrs {
  readonly variable: Tensor;
}

const record: GradRecord<AccumulateAttrs> = { name: 'AccumulateGrad', backward: () => [] };

/** The node at the end of every path to a leaf: it adds what arrives to the leaf's `.grad`. */
export function accumulatorOf(leaf: Tensor): Node<AccumulateAttrs> {
  const meta = leaf.autograd!;
  if (meta.accumulator === null) {
    const node = new Node(record, { variable: leaf }, Number.POSITIVE_INFINITY);
    node.describe(0, leaf);
    meta.accumulator = node;
  }
  return meta.accumulator;
}

/** True for the nodes that {@link accumulatorOf} makes. */
export function isAccumulator(node: Node): boolean {
  return node.record === (record as unknown);
}

/**
 * Adds `grad` to a tensor's `.grad`, as PyTorch does: the first gradient is taken over without a copy when nobody else
 * holds its memory (`mayTake`) and its strides suit the leaf; later ones are added in place, so that the `.grad` object
 * stays the same; with recording on, a new `.grad` is made that is part of the graph.
 */
export function accumulateInto(tensor: Tensor, grad: Tensor, mayTake: (storage: Storage) => boolean): void {
  refuseExamples(tensor, grad);
  const meta = tensor.autograd!;
  const existing = meta.grad;
  if (existing !== null) {
    if (keepsHistory()) meta.grad = existing.add(grad);
    else existing.add_(grad);
  } else if (keepsHistory()) {
    meta.grad = grad;
  } else {
    meta.grad = suits(tensor, grad) && mayTake(grad.storage) ? aliasTensor(grad) : copyFor(tensor, grad);
  }
  meta.grad!.storage.pinned = true;
}

function suits(leaf: Tensor, grad: Tensor): boolean {
  if (isDense(leaf.shape, leaf.strides)) {
    return leaf.strides.every((stride, d) => leaf.shape[d] === 1 || stride === grad.strides[d]);
  }
  return isContiguous(grad.shape, grad.strides);
}

function copyFor(leaf: Tensor, grad: Tensor): Tensor {
  return noGrad(() => {
    const dense = isDense(leaf.shape, leaf.strides);
    const out = dense ? leaf.detach().emptyLike({ dtype: grad.dtype }) : grad.detach().newEmpty(grad.shape);
    out.copy_(grad.detach());
    // It is new memory: filling it is no change that anyone could have missed.
    if (out.counter.version > 0) out.counter.version = 0;
    return out;
  });
}

/** A leaf from outside a `vmap` has no place for a gradient of each example. @throws `vmap/backward` */
function refuseExamples(leaf: Tensor, grad: Tensor): void {
  const { hidden } = grad.storage;
  if (hidden === null) return;
  const own = leaf.storage.hidden;
  for (const { level } of hidden) {
    if (leaf.storage.root.serial < level.first && own?.some((dim) => dim.level === level) !== true)
      fail('vmap/backward', {});
  }
}
