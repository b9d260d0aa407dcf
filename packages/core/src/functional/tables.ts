import { emptyTensor, type Tensor } from '../extend/index.ts';
import { fromNumbers } from '../ops/host.ts';

/** Whole numbers known here as an int64 vector on the device of `like`. */
export function indexVector(like: Tensor, values: readonly number[]): Tensor {
  const out = emptyTensor(like.backend, 'int64', [values.length]);
  if (values.length > 0) out.storage.write(0, BigInt64Array.from(values, BigInt));
  return out;
}

/** Whole numbers known here as an int32 vector on the device of `like`. */
export function smallVector(like: Tensor, values: readonly number[]): Tensor {
  const out = emptyTensor(like.backend, 'int32', [values.length]);
  if (values.length > 0) out.storage.write(0, Int32Array.from(values));
  return out;
}

/** Numbers known here as a vector of `like`'s dtype on its device. */
export function numberVector(like: Tensor, values: readonly number[]): Tensor {
  if (like.dtype === 'float32') return fromNumbers(like, 'float32', [values.length], values);
  const out = emptyTensor(like.backend, 'float64', [values.length]);
  if (values.length > 0) out.storage.write(0, Float64Array.from(values));
  return out.to(like.dtype);
}
