import { gradFnOf, metaOf, type Node, requiresGradOf } from '../autograd/index.ts';
import { isFloatingPoint } from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import { Tensor } from '../extend/index.ts';
import { sameShape } from '../shape/index.ts';
import { setRequiresGrad, transposed } from './graph.ts';

function setGrad(self: Tensor, value: Tensor | null): void {
  if (value === null || value === undefined) {
    if (self.autograd !== undefined) self.autograd.grad = null;
    return;
  }
  if (!(value instanceof Tensor)) {
    fail('autograd/assign-kind', { value });
  }
  if (value === self) fail('autograd/assign-self', {});
  if (value.dtype !== self.dtype) fail('autograd/assign-type', {});
  if (!sameShape(value.shape, self.shape)) fail('autograd/assign-size', {});
  metaOf(self).grad = value;
  value.storage.pinned = true;
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
  /** The conjugate of {@link mT}: the same, since tensors are real. */
  readonly mH: Tensor;
  /** The conjugate transpose of a matrix: its transpose, since tensors are real. */
  readonly H: Tensor;
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
      setRequiresGrad(this, value, 'property');
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
      if (!(value instanceof Tensor)) fail('dtype/data', { value });
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
      return transposed(this, 'mT');
    },
  },
  mH: {
    get() {
      return transposed(this, 'mH');
    },
  },
  H: {
    get() {
      if (this.ndim === 1 || this.ndim > 2) {
        const batches = this.ndim > 2 ? ' For batches of matrices, consider using tensor.mH' : '';
        fail('op/argument', {
          text: `tensor.H is only supported on matrices (2-D tensors). Got ${this.ndim}-D tensor.${batches}`,
        });
      }
      return this.transpose(0, -1);
    },
  },
};

/** What `for (const row of x)` walks. @throws `shape/iter-0d` */
export function iterate(self: Tensor): IterableIterator<Tensor> {
  if (self.ndim === 0) fail('shape/iter-0d', {});
  return self.unbind(0).values();
}

/** What Node shows for `console.log(x)`: the text of `String(x)`, or where that would have to wait, a summary. */
export function inspect(self: Tensor): string {
  const { manifest, name } = self.backend;
  if (self.storage.isFreed) return 'tensor(<freed>)';
  if (manifest.syncRead) return self.toString();
  return `tensor(<on ${name}>, size=(${self.shape.join(', ')}), dtype=torch.${self.dtype})`;
}
