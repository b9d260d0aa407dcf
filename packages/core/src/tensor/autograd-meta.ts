import type { Node } from '../autograd/node.ts';
import type { Tensor } from './tensor.ts';

/** Why a view may not be changed in place with gradients on. */
export type ViewOrigin = 'default' | 'noGrad' | 'inference' | 'multiOutput' | 'customFunction';

/** What a view remembers of the tensor whose memory it shows. */
export class ViewMeta {
  /** The tensor at the root of all views of this memory; never a view itself. */
  readonly base: Tensor;
  origin: ViewOrigin;
  /** The version at which the view's `gradFn` was right; later in-place changes make it stale. */
  version: number;

  constructor(base: Tensor, origin: ViewOrigin, version: number) {
    this.base = base;
    this.origin = origin;
    this.version = version;
  }
}

/** A gradient hook: sees a gradient and may return another in its place. */
export type TensorHook = (grad: Tensor) => Tensor | null | undefined;

/** What forward mode keeps about a tensor. Outside of its level it counts for nothing. */
export interface DualMeta {
  readonly level: object;
  /** The tensor's own tangent. */
  tangent: Tensor | null;
  /** Without one: the tensor in whose tangent this one's is found. */
  readonly base: Tensor | null;
}

/** What autograd keeps about a tensor that takes part in it; plain tensors have none. */
export class AutogradMeta {
  /** Set by the user on leaves. */
  requiresGrad = false;
  /** The node that made the tensor, and which of its outputs the tensor is. */
  node: Node | null = null;
  outputNr = 0;
  grad: Tensor | null = null;
  retainsGrad = false;
  /** The node that gathers this leaf's gradient, made when it is first needed. */
  accumulator: Node | null = null;
  hooks: TensorHook[] | null = null;
  postAccumulateHooks: ((tensor: Tensor) => void)[] | null = null;
  view: ViewMeta | null = null;
  dual: DualMeta | null = null;
}
