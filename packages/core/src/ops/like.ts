import { backendOf, type Device } from '../backend/index.ts';
import type { DType, Scalar } from '../dtype/index.ts';
import { emptyTensor, Tensor } from '../extend/index.ts';
import { numelOf, type Shape, type Strides } from '../shape/index.ts';
import {
  fullTensor,
  inferDtype,
  parseSizes,
  rangeTensor,
  stridesLike,
  type TensorOptions,
} from './creation.ts';

/** Keyword arguments of the `…Like` functions; what is left out is as in the tensor. */
export interface LikeOptions {
  readonly dtype?: DType | undefined;
  readonly device?: Device | undefined;
  readonly requiresGrad?: boolean | undefined;
  readonly memoryFormat?: 'contiguous' | 'preserve' | undefined;
}

function make(self: Tensor, shape: Shape, value: Scalar | undefined, options: LikeOptions): Tensor {
  const backend = options.device === undefined ? self.backend : backendOf(options.device);
  const dtype = options.dtype ?? self.dtype;
  const strides = options.memoryFormat === 'contiguous' ? undefined : stridesLike(self, shape);
  const out =
    value === undefined
      ? emptyTensor(backend, dtype, shape, strides)
      : fullTensor(backend, dtype, shape, value, strides);
  return options.requiresGrad === true ? out.requiresGrad_(true) : out;
}

/** An uninitialised tensor of the same shape, dtype, device and dense strides. */
export function emptyLike(self: Tensor, options: LikeOptions = {}): Tensor {
  return make(self, self.shape, undefined, options);
}

/** Zeros of the same shape, dtype and device. */
export function zerosLike(self: Tensor, options: LikeOptions = {}): Tensor {
  return make(self, self.shape, 0, options);
}

/** Ones of the same shape, dtype and device. */
export function onesLike(self: Tensor, options: LikeOptions = {}): Tensor {
  return make(self, self.shape, 1, options);
}

/** A tensor of the same shape, dtype and device with every element `value`. */
export function fullLike(self: Tensor, value: Scalar, options: LikeOptions = {}): Tensor {
  return make(self, self.shape, value, options);
}

/** An uninitialised tensor of another shape with this one's dtype and device. */
export function newEmpty(self: Tensor, ...args: (number | readonly number[] | LikeOptions)[]): Tensor {
  const { shape, options } = parseSizes(args, 'new_empty');
  return make(self, shape, undefined, options as LikeOptions);
}

/** Zeros of another shape with this tensor's dtype and device. */
export function newZeros(self: Tensor, ...args: (number | readonly number[] | LikeOptions)[]): Tensor {
  const { shape, options } = parseSizes(args, 'new_zeros');
  return make(self, shape, 0, options as LikeOptions);
}

/** Ones of another shape with this tensor's dtype and device. */
export function newOnes(self: Tensor, ...args: (number | readonly number[] | LikeOptions)[]): Tensor {
  const { shape, options } = parseSizes(args, 'new_ones');
  return make(self, shape, 1, options as LikeOptions);
}

/** A tensor of another shape with every element `value` and this tensor's dtype and device. */
export function newFull(self: Tensor, shape: Shape, value: Scalar, options: LikeOptions = {}): Tensor {
  return make(self, shape, value, options);
}

/** A tensor from nested data with this tensor's dtype and device. */
export function newTensor(self: Tensor, value: Scalar, options: TensorOptions = {}): Tensor {
  return make(self, [], value, { dtype: options.dtype ?? inferDtype(value) });
}

/** The numbers 0 to `count` - 1 as int64 on this tensor's device. */
export function newArange(self: Tensor, count: number): Tensor {
  return rangeTensor(self.backend, 'int64', 0, 1, count);
}

/** Uninitialised memory with given strides and this tensor's dtype and device. */
export function newEmptyStrided(
  self: Tensor,
  shape: Shape,
  strides: Strides,
  { dtype = self.dtype }: LikeOptions = {},
): Tensor {
  const span = shape.reduce((last, size, d) => last + (size - 1) * strides[d]!, 1);
  const memory = emptyTensor(self.backend, dtype, [numelOf(shape) === 0 ? 0 : span]);
  return new Tensor(memory.storage, dtype, shape, strides, 0);
}
