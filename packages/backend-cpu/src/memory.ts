import {
  type DType,
  dtypeInfo,
  type ElementArray,
  elementArray,
  elementArrayOver,
  fail,
  type View,
} from '@taimatsu/core/backend';

/** A stretch of a typed array. Small ones share a slab, so `start` is not always 0. */
export class CpuBuffer {
  readonly dtype: DType;
  readonly data: ElementArray;
  /** Where the elements begin in `data`. */
  readonly start: number;
  readonly length: number;
  /** True when another buffer sees the same memory: it is then never reused. */
  shared = false;
  private view: Int32Array | undefined;

  constructor(dtype: DType, data: ElementArray, start: number, length: number) {
    this.dtype = dtype;
    this.data = data;
    this.start = start;
    this.length = length;
    this.view = undefined;
  }

  /** `data` as 32-bit words, the low one of an int64 first: reading it so makes no BigInt. */
  get words(): Int32Array {
    if (this.view === undefined) {
      const { buffer, byteOffset, byteLength } = this.data;
      this.view = new Int32Array(buffer, byteOffset, byteLength >> 2);
    }
    return this.view;
  }
}

/** The buffer behind a view. */
export function bufferOf(view: View): CpuBuffer {
  return view.storage.buffer as CpuBuffer;
}

/** Where a view's first element is in its buffer's array. */
export function startOf(view: View): number {
  return bufferOf(view).start + view.offset;
}

const SLAB_BYTES = 4096;
const SMALL_BYTES = 512;
const POOL_BYTES = 2 ** 28;

/** The most elements a buffer can have. */
export const MAX_ELEMENTS: number = 2 ** 31 - 1;

/**
 * Where buffers come from. Tiny ones are cut from slabs that the collector frees when the last of them goes; big ones
 * that are given back wait in size classes, because fresh pages cost more than most kernels.
 */
export class Memory {
  private readonly poison: boolean;
  private readonly slabs: { data: ElementArray; used: number }[] = [];
  private readonly pool: ArrayBuffer[][] = [];
  private pooledBytes = 0;

  constructor(poison: boolean) {
    this.poison = poison;
  }

  alloc(dtype: DType, length: number): CpuBuffer {
    const { id, itemsize } = dtypeInfo[dtype];
    const buffer =
      length * itemsize <= SMALL_BYTES
        ? this.small(dtype, id, itemsize, length)
        : this.big(dtype, itemsize, length);
    if (this.poison) fillWithNaN(buffer);
    return buffer;
  }

  free(buffer: CpuBuffer): void {
    if (this.poison) fillWithNaN(buffer);
    const { data } = buffer;
    if (buffer.shared || data.byteLength <= SLAB_BYTES || this.pooledBytes + data.byteLength > POOL_BYTES)
      return;
    const index = sizeClass(data.byteLength);
    if (classBytes(index) !== data.byteLength) return;
    this.pool[index] ??= [];
    this.pool[index].push(data.buffer as ArrayBuffer);
    this.pooledBytes += data.byteLength;
  }

  private small(dtype: DType, id: number, itemsize: number, length: number): CpuBuffer {
    let slab = this.slabs[id];
    if (slab === undefined || slab.used + length > slab.data.length) {
      slab = { data: elementArray(dtype, SLAB_BYTES / itemsize), used: 0 };
      this.slabs[id] = slab;
    }
    const start = slab.used;
    slab.used = start + length;
    return new CpuBuffer(dtype, slab.data, start, length);
  }

  private big(dtype: DType, itemsize: number, length: number): CpuBuffer {
    if (length > MAX_ELEMENTS) fail('backend/too-large', { backend: 'cpu', length, limit: MAX_ELEMENTS });
    const index = sizeClass(Math.max(length * itemsize, SLAB_BYTES + 1));
    const bytes = classBytes(index);
    const known = this.pool[index]?.pop();
    if (known !== undefined) this.pooledBytes -= bytes;
    const memory = known ?? this.fresh(bytes);
    return new CpuBuffer(dtype, elementArrayOver(dtype, memory, 0, bytes / itemsize), 0, length);
  }

  private fresh(bytes: number): ArrayBuffer {
    try {
      return new ArrayBuffer(bytes);
    } catch {
      this.pool.length = 0;
      this.pooledBytes = 0;
    }
    try {
      return new ArrayBuffer(bytes);
    } catch {
      return fail('backend/out-of-memory', { backend: 'cpu', bytes, budget: MAX_ELEMENTS });
    }
  }
}

// All bits set is NaN in every floating dtype.
function fillWithNaN({ data, dtype, start, length }: CpuBuffer): void {
  const { itemsize } = dtypeInfo[dtype];
  new Uint8Array(data.buffer, data.byteOffset + start * itemsize, length * itemsize).fill(255);
}

/** The smallest class that holds `bytes`; eight classes for each doubling, so at most an eighth is wasted. */
function sizeClass(bytes: number): number {
  const octave = 31 - Math.clz32(Math.max(8, Math.ceil(bytes / 64)));
  return octave * 8 + Math.ceil(bytes / 64 / 2 ** (octave - 3)) - 8;
}

function classBytes(index: number): number {
  return 64 * 2 ** ((index >> 3) - 3) * (8 + (index & 7));
}
