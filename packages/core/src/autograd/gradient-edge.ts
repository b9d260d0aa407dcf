import { AutogradMeta, type Tensor } from '../tensor/index.ts';
import { accumulatorOf } from './accumulate.ts';
import type { Node } from './node.ts';
import { regenerateView } from './views.ts';

/** The autograd state of a tensor, made when it is first needed. */
export function metaOf(tensor: Tensor): AutogradMeta {
  tensor.autograd ??= new AutogradMeta();
  return tensor.autograd;
}

/** The node that made a tensor, or null for a leaf. Views of memory that changed in place get a new one here. */
export function gradFnOf(tensor: Tensor): Node | null {
  const meta = tensor.autograd;
  if (meta === undefined) return null;
  if (meta.view !== null && meta.view.version !== tensor.counter.version)
    regenerateView(tensor, meta, meta.view);
  return meta.node;
}

/** True when operations on the tensor are recorded. */
export function requiresGradOf(tensor: Tensor): boolean {
  const meta = tensor.autograd;
  if (meta === undefined) return false;
  if (meta.requiresGrad || meta.node !== null) return true;
  return meta.view !== null && requiresGradOf(meta.view.base);
}

/** The node that takes the tensor's gradient: the one that made it, or a leaf's accumulator; null if none wants it. */
export function gradientNode(tensor: Tensor): Node | null {
  const node = gradFnOf(tensor);
  if (node !== null) return node;
  return requiresGradOf(tensor) ? accumulatorOf(tensor) : null;
}

/** Which of its node's outputs the tensor is; 0 for leaves. */
export function outputNrOf(tensor: Tensor): number {
  return tensor.autograd?.outputNr ?? 0;
}
