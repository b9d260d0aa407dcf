import type { DType } from '../dtype/index.ts';

/** Whether a backend has a dtype: natively, held in another representation with limits, or not at all. */
export type DTypeSupport =
  | { readonly kind: 'native' }
  | { readonly kind: 'held'; readonly as: DType; readonly reason: string }
  | { readonly kind: 'declined'; readonly reason: string };

/** What a backend promises, as frozen data. */
export interface Manifest {
  readonly dtypes: { readonly [D in DType]: DTypeSupport };
  /** True when results can be read without waiting; otherwise only the asynchronous readers work. */
  readonly syncRead: boolean;
  /** The most elements one buffer can have. */
  readonly maxElements: number;
  /** True when the same calls give the same bits on every run, for any number of threads. */
  readonly deterministic: boolean;
  /** True when subnormal numbers are kept rather than flushed to zero. */
  readonly denormals: boolean;
  /** What runs the kernels, for reports: an engine, an adapter, an executor. */
  readonly executor: string;
}

const native: DTypeSupport = Object.freeze({ kind: 'native' });

/** Every dtype native: what cpu and wasm promise. */
export const allNative: Manifest['dtypes'] = Object.freeze({
  bool: native,
  uint8: native,
  int8: native,
  int16: native,
  int32: native,
  int64: native,
  float16: native,
  bfloat16: native,
  float32: native,
  float64: native,
});
