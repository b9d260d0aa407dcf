import { type DType, dtypes } from '../dtype/index.ts';
import { load, type ScalarKernel, scalarKernel } from '../scalar/index.ts';
import { contiguousStrides, type Strides } from '../shape/index.ts';
import { emptyTensor, type Tensor } from '../tensor/index.ts';
import { launchMap } from './launch.ts';

const kernels = new Map<number, ScalarKernel>();

/** The kernel that converts one dtype to another; the identity for the same. */
export function castKernel(from: DType, to: DType): ScalarKernel {
  const key = dtypes.indexOf(from) * 16 + dtypes.indexOf(to);
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    kernel = scalarKernel(load(0, from), to);
    kernels.set(key, kernel);
  }
  return kernel;
}

/** Copies `source`, broadcast and converted, over `out`. Not recorded; the version is the caller's matter. */
export function copyInto(out: Tensor, source: Tensor): void {
  launchMap(castKernel(source.dtype, out.dtype), out, [source], []);
}

/** A copy in fresh memory, row-major unless `strides` say otherwise, outside the graph. */
export function freshCopy(
  source: Tensor,
  dtype: DType = source.dtype,
  strides: Strides = contiguousStrides(source.shape),
): Tensor {
  const out = emptyTensor(source.backend, dtype, source.shape, strides);
  copyInto(out, source);
  return out;
}

/** The tensor itself when it is row-major, else such a copy outside the graph. */
export function contiguousCopy(source: Tensor): Tensor {
  return source.isContiguous() ? source : freshCopy(source);
}
