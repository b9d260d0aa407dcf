import {
  addHook,
  type BackwardOptions,
  detachInPlace,
  gradFnOf,
  metaOf,
  type Node,
  requiresGradOf,
  backward as runBackward,
} from '../autograd/index.ts';
import { isFloatingPoint } from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import { Tensor } from '../extend/index.ts';
import { sameShape } from '../shape/index.ts';
import type { TensorHook } from '../tensor/index.ts';

/**
 * Gradients of this tensor with respect to the leaves it depends on, added to their `.grad`. `gradient` weights the
 * elements; a tensor with one element needs none.
 * @throws `autograd/no-graph`, `autograd/not-scalar`, `autograd/grad-shape`, `autograd/second-backward`
 */
export function backward(self: Tensor, gradient?: Tensor | null, options: BackwardOptions = {}): void {
  runBackward(self, gradient ?? null, options);
}

/**
 * Starts or stops gathering gradients for a leaf; returns the tensor.
 * @throws `autograd/leaf-flag`, `dtype/requires-grad-method`
 */
export function requiresGrad_(self: Tensor, requires = true): Tensor {
  setRequiresGrad(self, requires, 'dtype/requires-grad-method');
  return self;
}

function setRequiresGrad(
  self: Tensor,
  requires: boolean,
  code: 'dtype/requires-grad-method' | 'dtype/requires-grad',
): void {
  if (gradFnOf(self) !== null) {
    if (requires && code === 'dtype/requires-grad-method') return;
    fail('autograd/leaf-flag', { value: requires });
  }
  if (requires && !isFloatingPoint(self.dtype)) fail(code, {});
  if (requires || self.autograd !== undefined) metaOf(self).requiresGrad = requires;
}

/** Forgets the history in place; the tensor becomes a leaf. @throws `autograd/detach-view` */
export function detach_(self: Tensor): Tensor {
  detachInPlace(self);
  return self;
}

/** Keeps the gradient of a tensor that is not a leaf in its `.grad`. @throws `autograd/retain` */
export function retainGrad(self: Tensor): void {
  if (!requiresGradOf(self)) fail('autograd/retain', {});
  const node = gradFnOf(self);
  if (node === null) return;
  const meta = metaOf(self);
  if (meta.retainsGrad) return;
  meta.retainsGrad = true;
  (node.retained ??= []).push({ outputNr: meta.outputNr, tensor: self });
}

/**
 * Calls `hook` with the gradient of this tensor when it is known; what it returns takes the gradient's place. Hooks run in
 * the order they were registered. @throws `autograd/hook`
 */
export function registerHook(self: Tensor, hook: TensorHook): { remove(): void } {
  if (!requiresGradOf(self)) fail('autograd/hook', {});
  const meta = metaOf(self);
  const node = gradFnOf(self);
  if (node === null) return addHook((meta.hooks ??= []), hook);
  return addHook((node.tensorHooks ??= []), { outputNr: meta.outputNr, hook });
}

/** Calls `hook` with a leaf after its `.grad` was updated. */
export function registerPostAccumulateGradHook(
  self: Tensor,
  hook: (leaf: Tensor) => void,
): { remove(): void } {
  if (!requiresGradOf(self)) fail('autograd/hook', {});
  if (gradFnOf(self) !== null) {
    fail('op/argument', { text: 'post accumulate grad hooks cannot be registered on non-leaf tensors' });
  }
  return addHook((metaOf(self).postAccumulateHooks ??= []), hook);
}

function setGrad(self: Tensor, value: Tensor | null): void {
  if (value === null || value === undefined) {
    if (self.autograd !== undefined) self.autograd.grad = null;
    return;
  }
  if (!(value instanceof Tensor)) {
    fail('autograd/assign-kind', { got: typeof value === 'number' ? 'int' : typeof value });
  }
  if (value === self) fail('autograd/assign-self', {});
  if (value.dtype !== self.dtype) fail('autograd/assign-type', {});
  if (!sameShape(value.shape, self.shape)) fail('autograd/assign-size', {});
  metaOf(self).grad = value;
}

function getGrad(self: Tensor): Tensor | null {
  const meta = self.autograd;
  if (meta === undefined) return null;
  if (meta.grad === null && !meta.retainsGrad && gradFnOf(self) !== null) {
    warn(
      "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more informations.",
    );
  }
  return meta.grad;
}

/** What tensors have as properties rather than methods. */
export interface TensorProperties {
  /** Whether operations on the tensor are recorded. Assigning throws on tensors that are not leaves. */
  requiresGrad: boolean;
  /** The gradient gathered by backward, or null. */
  grad: Tensor | null;
  /** The same memory without history and with a version count of its own; assigning replaces the memory. */
  data: Tensor;
  /** The node that made the tensor; null for leaves. */
  readonly gradFn: Node | null;
  /** True when the user made the tensor or nothing recorded it. */
  readonly isLeaf: boolean;
  /** True when `.grad` is kept although the tensor is not a leaf. */
  readonly retainsGrad: boolean;
  /** Which output of its node the tensor is. */
  readonly outputNr: number;
  /** The dimensions in reverse order. */
  readonly T: Tensor;
  /** The last two dimensions exchanged. */
  readonly mT: Tensor;
}

type Accessors = {
  readonly [K in keyof TensorProperties]: {
    get(this: Tensor): TensorProperties[K];
    set?(this: Tensor, value: TensorProperties[K]): void;
  };
};

/** How the properties work. */
export const properties: Accessors = {
  requiresGrad: {
    get() {
      return requiresGradOf(this);
    },
    set(value) {
      setRequiresGrad(this, value, 'dtype/requires-grad');
    },
  },
  grad: {
    get() {
      return getGrad(this);
    },
    set(value) {
      setGrad(this, value);
    },
  },
  data: {
    get() {
      const out = this.detach();
      out.counter = { version: 0 };
      return out;
    },
    set(value) {
      if (requiresGradOf(this) && !isFloatingPoint(value.dtype)) {
        fail('op/argument', {
          text: 'data set to a tensor that requires gradients must be floating point or complex dtype',
        });
      }
      this.replace(value);
    },
  },
  gradFn: {
    get() {
      return gradFnOf(this);
    },
  },
  isLeaf: {
    get() {
      return gradFnOf(this) === null;
    },
  },
  retainsGrad: {
    get() {
      return this.autograd?.retainsGrad ?? false;
    },
  },
  outputNr: {
    get() {
      return this.autograd?.outputNr ?? 0;
    },
  },
  T: {
    get() {
      return this.reverseDims();
    },
  },
  mT: {
    get() {
      if (this.ndim < 2) {
        fail('op/argument', {
          text: `tensor.mT is only supported on matrices or batches of matrices. Got ${this.ndim}-D tensor.`,
        });
      }
      return this.transpose(-2, -1);
    },
  },
};
