import type { Backend } from '../backend/index.ts';
import { type DType, dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import type { TensorMethods } from '../ops/methods.ts';
import { contiguousStrides, isContiguous, numelOf, type Shape, type Strides } from '../shape/index.ts';
import type { AutogradMeta } from './autograd-meta.ts';
import { Storage, type VersionCounter } from './storage.ts';

// The methods come from the op modules, which declare their types.
export interface Tensor extends TensorMethods {}

/**
 * A multi-dimensional array of one dtype on one device: a strided view of shared memory.
 *
 * This class holds the state; every operation is a function in `ops/` that is also installed here as a method.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: as above
export class Tensor {
  storage: Storage;
  /** Sizes of the dimensions, outermost first. */
  shape: Shape;
  /** Distance in elements between neighbours along each dimension. */
  strides: Strides;
  /** Where the first element lies in the storage, in elements. */
  offset: number;
  readonly dtype: DType;
  /** Counts in-place changes; shared with every view of the same memory. */
  counter: VersionCounter;
  /** What autograd knows of this tensor. */
  autograd: AutogradMeta | undefined;
  private rowMajor: boolean | undefined;

  constructor(storage: Storage, dtype: DType, shape: Shape, strides: Strides, offset: number) {
    this.storage = storage;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.dtype = dtype;
    this.counter = storage;
    this.autograd = undefined;
    this.rowMajor = undefined;
  }

  get backend(): Backend {
    return this.storage.backend;
  }

  /** The name of the device that holds the elements. */
  get device(): string {
    return this.storage.backend.name;
  }

  /** The number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** How often the memory was changed in place. @throws `autograd/inference-version` */
  get version(): number {
    const { version } = this.counter;
    return version < 0 ? fail('autograd/inference-version', {}) : version;
  }

  /** True for tensors made in inference mode, and views of them. */
  isInference(): boolean {
    return this.storage.isInference;
  }

  /** True when the elements lie in memory one by one in row-major order. */
  isContiguous(): boolean {
    this.rowMajor ??= isContiguous(this.shape, this.strides);
    return this.rowMajor;
  }

  /** The number of elements. */
  numel(): number {
    return numelOf(this.shape);
  }

  /** The number of dimensions. */
  dim(): number {
    return this.shape.length;
  }

  /** Bytes per element. */
  elementSize(): number {
    return dtypeInfo[this.dtype].itemsize;
  }

  /** Shows other memory, or the same in another form: what `x.data = y` does. */
  replace(other: Tensor): void {
    if (other.storage !== this.storage) other.storage.pinned = true;
    this.storage = other.storage;
    this.shape = other.shape;
    this.strides = other.strides;
    this.offset = other.offset;
    this.rowMajor = undefined;
  }
}

/** A new tensor over new memory, row-major unless `strides` (dense ones) say otherwise. Not initialised. */
export function emptyTensor(
  backend: Backend,
  dtype: DType,
  shape: Shape,
  strides: Strides = contiguousStrides(shape),
): Tensor {
  return new Tensor(new Storage(backend, dtype, numelOf(shape)), dtype, shape, strides, 0);
}

/** The same memory and version under another shape, unknown to autograd. */
export function aliasTensor(
  self: Tensor,
  shape: Shape = self.shape,
  strides: Strides = self.strides,
  offset: number = self.offset,
): Tensor {
  const out = new Tensor(self.storage, self.dtype, shape, strides, offset);
  out.counter = self.counter;
  return out;
}
