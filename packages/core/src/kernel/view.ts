import type { DType } from '../dtype/index.ts';

/** A backend's own handle of a stretch of elements; nobody else looks inside. */
export type BackendBuffer = object;

/**
 * What a kernel reads or writes: a place in a buffer. Its strides are in the launch's plan.
 * A tensor is a view, so launching allocates nothing for its operands.
 */
export interface View {
  readonly storage: { readonly buffer: BackendBuffer };
  /** In elements of `dtype`, from the buffer's start. */
  readonly offset: number;
  readonly dtype: DType;
}
