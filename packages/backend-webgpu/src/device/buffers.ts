import { type DType, fail } from '@taimatsu/core/backend';

let serial = 0;

/** Memory on the device, of a size class; handed out again when it comes back. */
export class Block {
  readonly id: number = serial++;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  /** The batch of commands that used it last. */
  batch = -1;
  /** False when nobody has it any more. */
  held = true;
  /** True while maps that wait will use it: then it does not go to the pool. The rest is what they know of it, see `LineMaps`. */
  waits = false;
  group = -1;
  slot = 0;
  slots = 0;
  written = false;

  constructor(gpu: GPUBuffer, bytes: number) {
    this.gpu = gpu;
    this.bytes = bytes;
  }
}

/** A stretch of 32-bit words on the device, one for each element. */
export class GpuBuffer {
  readonly block: Block;
  readonly dtype: DType;
  readonly length: number;
  /**
   * Memory that nobody touches, as large as the block. The collector counts it, and so comes as often as if it could see the
   * device's memory; a system gives no pages to what is not touched.
   */
  readonly weight: ArrayBuffer | undefined;

  constructor(block: Block, dtype: DType, length: number) {
    this.block = block;
    this.dtype = dtype;
    this.length = length;
    this.weight = block.bytes < LEAST_WEIGHT ? undefined : new ArrayBuffer(block.bytes);
  }
}

const LEAST_WEIGHT = 2 ** 16;
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
  /** Bytes of all buffers, at most. */
  readonly budget: number;
  /** Runs what may fail later, and reports its failure with the next read. */
  guarded<T>(what: string, run: () => T, bytes?: number): T;
  /** Submits what is queued, after which what it used can be given back. */
  flush(): void;
  /** Gives memory back for good, after the commands that use it. */
  destroy(block: Block): void;
}

/** Memory by size class; what comes back is handed out again, since commands run in the order they were given. */
export class Buffers {
  /** Bytes of all blocks, in use and waiting. */
  bytes = 0;
  /** Blocks that were given back while maps wait that use them. */
  leftWaiting = 0;
  private readonly source: BufferSource;
  private readonly name: string;
  private readonly pool = new Map<number, Block[]>();
  private waiting = 0;

  constructor(source: BufferSource, name: string) {
    this.source = source;
    this.name = name;
  }

  /** @throws `backend/too-large`, `backend/out-of-memory` */
  alloc(dtype: DType, length: number): GpuBuffer {
    const limit = Math.floor(this.source.maxBytes / 4);
    if (length > limit) fail('backend/too-large', { backend: this.name, length, limit });
    const bytes = Math.min(classOf(length * 4), this.source.maxBytes);
    const known = this.pool.get(bytes)?.pop();
    if (known !== undefined) this.waiting -= bytes;
    const block = known ?? this.create(bytes);
    block.held = true;
    return new GpuBuffer(block, dtype, length);
  }

  free({ block }: GpuBuffer): void {
    this.take(block);
  }

  /** Takes a block back. */
  take(block: Block): void {
    if (!block.held) return;
    block.held = false;
    if (block.waits) this.leftWaiting++;
    else this.keep(block);
  }

  /** Lets go of a block that waited for maps to run. */
  release(block: Block): void {
    if (!block.waits) return;
    block.waits = false;
    if (!block.held) this.keep(block);
  }

  private keep(block: Block): void {
    if (this.waiting + block.bytes > POOL_BYTES) {
      this.drop(block);
      return;
    }
    const waiting = this.pool.get(block.bytes);
    if (waiting === undefined) this.pool.set(block.bytes, [block]);
    else waiting.push(block);
    this.waiting += block.bytes;
  }

  private create(bytes: number): Block {
    const { device, budget } = this.source;
    if (this.bytes + bytes > budget) {
      this.source.flush();
      this.empty();
    }
    if (this.bytes + bytes > budget) {
      fail('backend/out-of-memory', { backend: this.name, bytes, budget, collects: true });
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const gpu = this.source.guarded('a buffer', () => device.createBuffer({ size: bytes, usage }), bytes);
    this.bytes += bytes;
    return new Block(gpu, bytes);
  }

  /** Gives back all that waits. */
  private empty(): void {
    for (const blocks of this.pool.values()) for (const block of blocks) this.drop(block);
    this.pool.clear();
    this.waiting = 0;
  }

  private drop(block: Block): void {
    this.bytes -= block.bytes;
    this.source.destroy(block);
  }
}
