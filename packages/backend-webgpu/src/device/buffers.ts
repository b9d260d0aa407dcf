import { type DType, fail } from '@taimatsu/core/backend';

let serial = 0;

/** A stretch of 32-bit words on the device, one for each element. */
export class GpuBuffer {
  readonly id: number = serial++;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  dtype: DType = 'float32';
  length = 0;
  /** The batch of commands that used it last. */
  batch = -1;
  /** False while it waits in the pool. */
  held = true;

  constructor(gpu: GPUBuffer, bytes: number) {
    this.gpu = gpu;
    this.bytes = bytes;
  }
}

const SMALLEST = 256;
/** Bytes that may wait in the pool. */
const POOL_BYTES = 2 ** 29;

/** The size class of `bytes`: four to each doubling, all multiples of 16. */
export function classOf(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const quarter = 2 ** (29 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / quarter) * quarter;
}

/** What {@link Buffers} needs of its device. */
export interface BufferSource {
  readonly device: GPUDevice;
  /** Bytes of the largest buffer that a kernel can be bound to. */
  readonly maxBytes: number;
  /** Runs what may fail later, and reports its failure with the next read. */
  guarded<T>(what: string, run: () => T): T;
}

/** Buffers by size class; given back ones are handed out again, since commands run in the order they were given. */
export class Buffers {
  /** Bytes of all buffers, in use and waiting. */
  bytes = 0;
  private readonly source: BufferSource;
  private readonly name: string;
  private readonly pool = new Map<number, GpuBuffer[]>();
  private waiting = 0;

  constructor(source: BufferSource, name: string) {
    this.source = source;
    this.name = name;
  }

  alloc(dtype: DType, length: number): GpuBuffer {
    const limit = Math.floor(this.source.maxBytes / 4);
    if (length > limit) fail('backend/too-large', { backend: this.name, length, limit });
    const bytes = Math.min(classOf(length * 4), this.source.maxBytes);
    const known = this.pool.get(bytes)?.pop();
    if (known !== undefined) this.waiting -= bytes;
    const buffer = known ?? this.create(bytes);
    buffer.dtype = dtype;
    buffer.length = length;
    buffer.held = true;
    return buffer;
  }

  free(buffer: GpuBuffer): void {
    if (!buffer.held) return;
    buffer.held = false;
    if (this.waiting + buffer.bytes > POOL_BYTES) {
      this.bytes -= buffer.bytes;
      buffer.gpu.destroy();
      return;
    }
    const waiting = this.pool.get(buffer.bytes);
    if (waiting === undefined) this.pool.set(buffer.bytes, [buffer]);
    else waiting.push(buffer);
    this.waiting += buffer.bytes;
  }

  private create(bytes: number): GpuBuffer {
    const { device, guarded } = this.source;
    this.bytes += bytes;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const gpu = guarded('a buffer', () => device.createBuffer({ size: bytes, usage }));
    return new GpuBuffer(gpu, bytes);
  }
}
