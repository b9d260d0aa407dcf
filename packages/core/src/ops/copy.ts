import {
  checkInplace,
  connect,
  type GradRecord,
  isTracked,
  rebaseHistory,
  track,
} from '../autograd/index.ts';
import { backendOf, type Device } from '../backend/index.ts';
import {
  checkDestination,
  checkPartialOverlap,
  copyInto,
  freshCopy,
  overlapsPartially,
} from '../dispatch/index.ts';
import { type DType, isDType, isFloatingPoint, type Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, Tensor } from '../extend/index.ts';
import { broadcastShapes, contiguousStrides, likeStrides } from '../shape/index.ts';
import { countChange } from '../tensor/index.ts';
import { fillWith } from './creation.ts';
import { overwrite } from './internal/inplace.ts';

const cloneRecord: GradRecord<undefined> = { name: 'CloneBackward0', grads: [{ vjp: (g) => g }] };

/** Keyword arguments of {@link clone}. */
export interface CloneOptions {
  readonly memoryFormat?: 'contiguous' | 'preserve';
}

/** A copy in memory of its own; part of the graph. */
export function clone(self: Tensor, { memoryFormat = 'preserve' }: CloneOptions = {}): Tensor {
  const strides =
    memoryFormat === 'contiguous' ? contiguousStrides(self.shape) : likeStrides(self.shape, self.strides);
  return track(cloneRecord, freshCopy(self, self.dtype, strides), [self], undefined);
}

/** The tensor itself when its elements lie in memory in row-major order, else such a copy. */
export function contiguous(self: Tensor): Tensor {
  return self.isContiguous() ? self : clone(self, { memoryFormat: 'contiguous' });
}

const toCopyRecord: GradRecord<undefined> = { name: 'ToCopyBackward0', grads: [{ vjp: (g) => g }] };

/** Where and as what {@link to} puts a tensor. */
export interface ToOptions {
  readonly dtype?: DType | undefined;
  readonly device?: Device | undefined;
  /** Copies even when nothing changes. Default false. */
  readonly copy?: boolean;
}

/** The tensor as another dtype or on another device; itself when it is that already. */
export function to(
  self: Tensor,
  target: DType | Device | ToOptions | Tensor,
  options: ToOptions = {},
): Tensor {
  const { dtype, device, copy } = toTarget(target, options);
  const backend = device === undefined ? self.backend : backendOf(device);
  const wanted = dtype ?? self.dtype;
  if (wanted === self.dtype && backend === self.backend && copy !== true) return self;
  const strides = likeStrides(self.shape, self.strides);
  if (backend === self.backend) {
    return track(toCopyRecord, freshCopy(self, wanted, strides), [self], undefined);
  }
  const moved = emptyTensor(backend, self.dtype, self.shape);
  if (self.numel() > 0) moved.storage.write(0, self.detach().toElements());
  const out = wanted === self.dtype ? moved : freshCopy(moved, wanted);
  return track(toCopyRecord, out, [self], undefined);
}

function toTarget(target: DType | Device | ToOptions | Tensor, options: ToOptions): ToOptions {
  if (target instanceof Tensor) return { ...options, dtype: target.dtype, device: target.backend };
  if (isDType(target)) return { ...options, dtype: target };
  if (typeof target === 'string' || 'kernels' in target) return { ...options, device: target };
  return target;
}

/** {@link to} with the dtype of `other`. */
export function typeAs(self: Tensor, other: Tensor): Tensor {
  if (!(other instanceof Tensor)) {
    fail('op/not-a-tensor', { op: 'type_as', argument: 'other', position: 1, value: other });
  }
  return to(self, other.dtype);
}

/** {@link to} a dtype; without an argument, PyTorch's name of the tensor's class. */
export function type(self: Tensor, dtype: DType): Tensor {
  return to(self, dtype);
}

export const bool = (self: Tensor): Tensor => to(self, 'bool');
export const byte = (self: Tensor): Tensor => to(self, 'uint8');
export const char = (self: Tensor): Tensor => to(self, 'int8');
export const short = (self: Tensor): Tensor => to(self, 'int16');
export const int = (self: Tensor): Tensor => to(self, 'int32');
export const long = (self: Tensor): Tensor => to(self, 'int64');
export const half = (self: Tensor): Tensor => to(self, 'float16');
export const bfloat16 = (self: Tensor): Tensor => to(self, 'bfloat16');
export const float = (self: Tensor): Tensor => to(self, 'float32');
export const double = (self: Tensor): Tensor => to(self, 'float64');

const copyRecord: GradRecord<undefined> = {
  name: 'CopyBackwards',
  grads: [{ vjp: (g) => g.zerosLike() }, { vjp: (g) => g }],
};

/** Overwrites the tensor with `source`, broadcast and converted to its dtype. */
export function copy_(self: Tensor, source: Tensor): Tensor {
  const tracked = isTracked([self, source]) && isFloatingPoint(self.dtype);
  const shape = broadcastShapes(self.shape, source.shape);
  checkDestination(self, self.dtype, shape, tracked);
  checkPartialOverlap(self, source);
  const node = tracked ? connect(copyRecord, [self, source], undefined) : undefined;
  const from = source.backend === self.backend ? source : source.detach().to(self.backend);
  copyInto(self, overlapsPartially(self, from) ? freshCopy(from) : from);
  countChange(self);
  if (node !== undefined) {
    node.describe(0, self);
    rebaseHistory(self, node);
  }
  return self;
}

const fillRecord: GradRecord<undefined> = {
  name: 'FillBackward2',
  grads: [{ vjp: (g) => g.zerosLike() }, null],
};
const fillTensorRecord: GradRecord<undefined> = {
  name: 'FillBackward3',
  grads: [{ vjp: (g) => g.zerosLike() }, { vjp: (g) => g.sum() }],
};
const zeroRecord: GradRecord<undefined> = { name: 'ZeroBackward0', grads: [{ vjp: (g) => g.zerosLike() }] };

/** Sets every element to `value`, a scalar or a 0-d tensor. */
export function fill_(self: Tensor, value: Scalar | Tensor): Tensor {
  checkInplace(self, isTracked([self, value]));
  if (value instanceof Tensor && value.ndim > 0) {
    fail('op/argument', {
      text: `fill_ only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`,
    });
  }
  const record = value instanceof Tensor ? fillTensorRecord : fillRecord;
  return overwrite(self, record, [self, value], () => {
    if (value instanceof Tensor) copyInto(self, value);
    else fillWith(self, value);
  });
}

/** A copy with every element `value`. */
export function fill(self: Tensor, value: Scalar | Tensor): Tensor {
  return self.clone().fill_(value);
}

/** Sets every element to 0. */
export function zero_(self: Tensor): Tensor {
  return overwrite(self, zeroRecord, [self], () => {
    fillWith(self, 0);
  });
}

/** Unary plus: the tensor itself. */
export function positive(self: Tensor): Tensor {
  if (self.dtype === 'bool') {
    fail('op/argument', { text: 'The `+` operator, on a bool tensor is not supported.' });
  }
  return self;
}
