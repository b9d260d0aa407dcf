import type { Backend, ElementArray } from '../backend/index.ts';
import type { DType } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import type { BackendBuffer } from '../kernel/index.ts';
import type { Hidden } from './batch.ts';
import { trackInScope } from './tidy.ts';

/** Counts the in-place changes of memory, so that autograd notices when a saved tensor was overwritten. */
export interface VersionCounter {
  version: number;
}

let serial = 0;
/** The version of what is made in inference mode. However often it is counted up, it stays below zero. */
const UNCOUNTED = -(2 ** 30);
let firstVersion = 0;

/** Whether storages made from now on belong to inference mode: they do not count versions. */
export function setInferenceStorage(on: boolean): void {
  firstVersion = on ? UNCOUNTED : 0;
}

/**
 * Memory that tensors share: a backend's buffer, reached only through here so that the backend may move it. The
 * storage is the owner that keeps the buffer alive; it is its own version counter.
 */
export class Storage implements VersionCounter {
  readonly backend: Backend;
  readonly dtype: DType;
  /** In elements; of one example where there are hidden dimensions. */
  readonly length: number;
  /** Dimensions that tensors over this memory do not show: see `vmap`. Null for nearly all memory. */
  hidden: Hidden | null = null;
  /** Grows with every storage made: later storages have larger numbers. */
  readonly serial: number;
  /** Below zero for memory made in inference mode, which does not count. */
  version: number = firstVersion;
  /** True for memory that something outside of scopes holds, such as a leaf's `.grad`: no scope frees it. */
  pinned = false;
  private held: BackendBuffer | undefined;
  /** Whose memory this is, where it is another storage's. */
  private readonly source: Storage | undefined;

  constructor(backend: Backend, dtype: DType, length: number, source?: Storage) {
    this.backend = backend;
    this.dtype = dtype;
    this.length = length;
    this.serial = serial++;
    this.source = source;
    this.held = source === undefined ? backend.alloc(dtype, length, this) : undefined;
    trackInScope(this);
  }

  /** The backend's buffer. @throws `backend/freed` */
  get buffer(): BackendBuffer {
    return this.held ?? this.source?.buffer ?? fail('backend/freed', {});
  }

  /** True for memory that was made in inference mode. */
  get isInference(): boolean {
    return this.version < 0;
  }

  get isFreed(): boolean {
    return this.source === undefined ? this.held === undefined : this.source.isFreed;
  }

  /** Gives the memory back at once; every tensor that shares it becomes unreadable. */
  free(): void {
    if (this.held === undefined) return;
    this.backend.free(this.held);
    this.held = undefined;
  }

  /** True where the memory is another storage's, seen with other hidden dimensions. */
  get isLent(): boolean {
    return this.source !== undefined;
  }

  /** The storage that owns the memory. */
  get root(): Storage {
    return this.source === undefined ? this : this.source.root;
  }

  /** Takes new memory for `examples` of what was one, not filled. Gives what was there, which the caller has to free. */
  spread(hidden: Hidden, examples: number): FormerMemory {
    const former = { buffer: this.buffer, hidden: this.hidden };
    this.held = this.backend.alloc(this.dtype, this.length * examples, this);
    this.hidden = hidden;
    return former;
  }

  /** Fills from JavaScript memory, from element `start` on. */
  write(start: number, data: ElementArray): void {
    this.backend.counters.written += data.length;
    this.backend.write(this.buffer, start, data);
  }
}

/** What {@link Storage.spread} replaced. */
export interface FormerMemory {
  readonly buffer: BackendBuffer;
  readonly hidden: Hidden | null;
}

/** The same memory with other hidden dimensions. */
export function lendStorage(source: Storage, hidden: Hidden | null): Storage {
  const lent = new Storage(source.backend, source.dtype, source.length, source);
  lent.hidden = hidden;
  return lent;
}

/** The serial number that the next storage will get. */
export function nextStorageSerial(): number {
  return serial;
}
