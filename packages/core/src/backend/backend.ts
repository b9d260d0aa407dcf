import type { DType } from '../dtype/index.ts';
import type { BackendBuffer, KernelTable } from '../kernel/index.ts';
import type { ElementArray } from './elements.ts';
import type { Manifest } from './manifest.ts';

/**
 * What a device has to provide to run tensors: memory, a table of kernels, and a manifest. Autograd, views, shapes,
 * promotion and checks never come here.
 *
 * Buffers are typed: a backend chooses how it represents each dtype (a texture of floats, a 32-bit word per bool), so
 * lengths and positions are in elements, never bytes. All calls but `readAsync` return at once; work may be queued,
 * but later calls see its results.
 */
export interface Backend {
  /** The device's name: `tensor.device`, and how it is chosen. */
  readonly name: string;
  readonly manifest: Manifest;
  readonly kernels: KernelTable;
  readonly counters: Counters;

  /** How many threads may compute; can be set. Undefined where that is not for the backend to say. */
  threads?: number;

  /**
   * A buffer of `length` elements, not initialised. `owner` is what keeps it alive: when the collector takes `owner`
   * the buffer may be reclaimed. The backend must not hold `owner` strongly.
   * @throws `backend/out-of-memory` with every live buffer intact, `backend/too-large`, `backend/dtype`
   */
  alloc(dtype: DType, length: number, owner: object): BackendBuffer;

  /** Gives a buffer back before its owner dies. It is not used again. */
  free(buffer: BackendBuffer): void;

  /** Copies elements into a buffer, from element `start` on. `data` may be reused at once. */
  write(buffer: BackendBuffer, start: number, data: ElementArray): void;

  /** Copies `length` elements out, from element `start` on. Only called when the manifest says `syncRead`. */
  read(buffer: BackendBuffer, start: number, length: number): ElementArray;

  /** As `read`, when all work queued so far is done. Rejects with a named error if that work failed. */
  readAsync(buffer: BackendBuffer, start: number, length: number): Promise<ElementArray>;

  /**
   * The same memory seen as another dtype of the same size, for `view(dtype)`. Undefined where memory has no bytes
   * that could be seen differently.
   */
  reinterpret?(buffer: BackendBuffer, dtype: DType): BackendBuffer;
}

/** What a backend did since it was made; core counts launches, the backend the rest. */
export interface Counters {
  launches: number;
  /** Elements that went to the device and came back. */
  written: number;
  read: number;
  /** Launches that ran on the host instead, with the transfers that took. */
  fallbacks: number;
}

/** Counters at zero. */
export function newCounters(): Counters {
  return { launches: 0, written: 0, read: 0, fallbacks: 0 };
}
