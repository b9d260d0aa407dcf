import { fail, type IndexPlan, TensorError } from '@taimatsu/core/backend';
import type { KernelText } from '../codegen/module.ts';
import { GROUP } from '../codegen/module.ts';
import { WORDS, Words } from '../codegen/words.ts';
import { type Block, type BufferSource, Buffers, type GpuBuffer } from './buffers.ts';
import { type Program, Programs } from './programs.ts';

/** What happened on a device since it was taken up. */
export interface DeviceStats {
  /** Kernels that ran. */
  readonly dispatches: number;
  readonly submits: number;
  /** Pipelines compiled. */
  readonly compiled: number;
  /** Bytes of device memory, in use and pooled. */
  readonly bytes: number;
  readonly bytesWritten: number;
  readonly bytesRead: number;
}

const WORD_STEP = 256;
const WORD_BYTES = 2 ** 18;
/** On a processor: turns that an invocation takes at most, as long as there are so many groups. */
const TURNS = 64;
const FEW_GROUPS = 16;
/** Bytes of device memory, at most, where nobody says otherwise. */
const DEFAULT_BUDGET = 2 ** 32;
/** Plans remembered from one read to the next: those that come after share the last one's words for an index out of range. */
const MOST_TICKETS = 2 ** 16;
/** Kernels in one submission at most. */
const BATCH = 256;

/** Orders commands: kernels gather in a batch that is submitted when it is full, or before what has to come after it. */
export class Queue implements BufferSource {
  readonly name: string;
  readonly device: GPUDevice;
  readonly maxBytes: number;
  readonly budget: number;
  /** True for devices that compute on the host's processor. */
  readonly inSoftware: boolean;
  /** Whether invocations may exchange values without memory. */
  readonly subgroups: boolean;
  readonly buffers: Buffers;
  /** Kernels that wait for others like them, until something else is asked for. */
  waiting: { close(): void } | undefined;
  /** What a kernel found out of range: its ticket, too small an index, too large a one; see `codegen/indexed.ts`. */
  readonly faults: GpuBuffer;
  /** The plans of the kernels that checked indices since the last read, by ticket. */
  private tickets: IndexPlan[] = [];
  private readonly programs: Programs;
  private readonly words = new Words();
  private readonly batchWords = new Int32Array(WORD_BYTES / 4);
  private readonly wordBuffer: GPUBuffer;
  private wordsUsed = 0;
  private encoder: GPUCommandEncoder | undefined;
  private pass: GPUComputePassEncoder | undefined;
  private pipeline: GPUComputePipeline | undefined;
  private batch = 0;
  private queued = 0;
  private lost: string | undefined;
  /** Rejects when the device is gone. */
  private readonly loss: Promise<never>;
  /** The earliest failure that no read has raised yet. */
  private failure: { readonly error: TensorError; readonly order: number } | undefined;
  private guards = 0;
  private readonly checks = new Set<Promise<void>>();
  private readonly staging: GPUBuffer[] = [];
  private readonly count = { dispatches: 0, submits: 0, bytesWritten: 0, bytesRead: 0 };

  constructor(name: string, device: GPUDevice, budget: number = DEFAULT_BUDGET) {
    this.name = name;
    this.budget = budget;
    this.device = device;
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    this.maxBytes = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize, 2 ** 33) / 16) * 16;
    this.inSoftware = isSoftware(device.adapterInfo);
    this.subgroups = device.features.has('subgroups');
    this.guarded = this.guarded.bind(this);
    this.wordBuffer = device.createBuffer({
      size: WORD_BYTES + WORDS * 4,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.programs = new Programs(this, this.wordBuffer);
    this.buffers = new Buffers(this, name);
    this.faults = this.buffers.alloc('int32', 4);
    this.loss = device.lost.then(({ message, reason }) => {
      this.lost = message === '' ? reason : message;
      throw new Error(this.lost);
    });
    // Those who wait for something else hear of it.
    this.loss.catch(() => undefined);
  }

  get stats(): DeviceStats {
    return { ...this.count, compiled: this.programs.compiled, bytes: this.buffers.bytes };
  }

  /** @throws `backend/lost` */
  check(): void {
    if (this.lost !== undefined) fail('backend/lost', { backend: this.name, reason: this.lost });
  }

  guarded<T>(what: string, run: () => T, bytes = 0): T {
    this.check();
    const { device } = this;
    const order = this.guards++;
    device.pushErrorScope('validation');
    if (bytes > 0) device.pushErrorScope('out-of-memory');
    try {
      return run();
    } finally {
      const memory = bytes > 0 ? device.popErrorScope() : null;
      const check = Promise.all([memory, device.popErrorScope()]).then(
        ([memory, validation]) => {
          const error = memory ?? validation;
          if (error === null || (this.failure !== undefined && this.failure.order < order)) return;
          this.failure = { error: this.failed(what, error.message, memory === null ? 0 : bytes), order };
        },
        () => undefined,
      );
      this.checks.add(check);
      void check.then(() => this.checks.delete(check));
    }
  }

  private failed(what: string, reason: string, bytes: number): TensorError {
    const { name: backend, budget } = this;
    return bytes > 0
      ? new TensorError('backend/out-of-memory', { backend, bytes, budget, collects: true })
      : new TensorError('backend/failed', { backend, what, reason });
  }

  destroy(block: Block): void {
    if (block.batch === this.batch) this.flush();
    block.gpu.destroy();
  }

  compile(text: KernelText): Program {
    return this.programs.compile(text);
  }

  get texts(): readonly KernelText[] {
    return this.programs.texts;
  }

  /** @throws `backend/lost` */
  async compileAhead(texts: readonly KernelText[]): Promise<void> {
    this.check();
    await Promise.race([this.programs.ahead(texts), this.loss]).catch(() => undefined);
    this.check();
  }

  /** True where kernels were compiled ahead that nobody has asked for yet. */
  get compiledAhead(): boolean {
    return this.programs.anyReady;
  }

  isReady(text: KernelText): boolean {
    return this.programs.isReady(text);
  }

  /** Launch data for the next {@link run}, before which runs what waits. */
  begin(): Words {
    this.waiting?.close();
    return this.words.begin();
  }

  /** By which a kernel that checks indices of `plan` says that it found one out of range. */
  ticketFor(plan: IndexPlan): number {
    if (this.tickets.length < MOST_TICKETS) this.tickets.push(plan);
    return this.tickets.length;
  }

  /** Queues a kernel with the launch data put together since {@link begin}. `groups` are numbered in one dimension. */
  run(program: Program, buffers: readonly GpuBuffer[], groups: number): void {
    this.check();
    const { length, integers } = this.words;
    if (length > WORDS)
      throw new Error(`internal invariant broken: ${program.text.label} has ${length} words of launch data`);
    const step = Math.ceil((length * 4) / WORD_STEP) * WORD_STEP;
    if (this.queued >= BATCH || this.wordsUsed + step > WORD_BYTES) this.flush();
    const at = this.wordsUsed;
    this.batchWords.set(integers.subarray(0, length), at >> 2);
    this.wordsUsed += step;
    const pass = this.computePass();
    const pipeline = this.programs.pipelineOf(program);
    if (this.pipeline !== pipeline) {
      pass.setPipeline(pipeline);
      this.pipeline = pipeline;
    }
    pass.setBindGroup(0, this.programs.bind(program, buffers), [at]);
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    if (groups <= most) pass.dispatchWorkgroups(groups);
    else pass.dispatchWorkgroups(most, Math.ceil(groups / most));
    for (const buffer of buffers) buffer.block.batch = this.batch;
    this.queued++;
    this.count.dispatches++;
  }

  /** As {@link run}, for kernels whose invocations take turns at `count` things. */
  runEach(program: Program, buffers: readonly GpuBuffer[], count: number, group: number = GROUP): void {
    const wanted = Math.ceil(count / group);
    // Beginning a group costs a processor more than going on with one.
    const groups = this.inSoftware
      ? Math.max(Math.min(wanted, FEW_GROUPS), Math.ceil(wanted / TURNS))
      : wanted;
    this.run(program, buffers, Math.min(groups, this.device.limits.maxComputeWorkgroupsPerDimension));
  }

  write(buffer: GpuBuffer, start: number, words: Int32Array | Float32Array): void {
    this.check();
    if (words.length === 0) return;
    const { block } = buffer;
    if (block.waits || block.batch === this.batch) this.flush();
    this.count.bytesWritten += words.byteLength;
    this.device.queue.writeBuffer(
      buffer.block.gpu,
      start * 4,
      words.buffer,
      words.byteOffset,
      words.byteLength,
    );
  }

  /** Zeros the first `length` words. */
  clear(buffer: GpuBuffer, length: number): void {
    this.commands().clearBuffer(buffer.block.gpu, 0, length * 4);
    buffer.block.batch = this.batch;
  }

  /** A copy of all of a buffer, for kernels that cannot read what they write; the caller gives it back. */
  copyOf(buffer: GpuBuffer): GpuBuffer {
    const copy = this.buffers.alloc(buffer.dtype, buffer.length);
    this.commands().copyBufferToBuffer(
      buffer.block.gpu,
      0,
      copy.block.gpu,
      0,
      Math.min(buffer.block.bytes, copy.block.bytes),
    );
    buffer.block.batch = this.batch;
    copy.block.batch = this.batch;
    return copy;
  }

  /** Submits what is queued. */
  flush(): void {
    this.waiting?.close();
    const { encoder, pass } = this;
    if (encoder === undefined) return;
    pass?.end();
    this.pass = undefined;
    this.encoder = undefined;
    const { queue } = this.device;
    if (this.wordsUsed > 0) queue.writeBuffer(this.wordBuffer, 0, this.batchWords, 0, this.wordsUsed >> 2);
    this.guarded('a batch of kernels', () => queue.submit([encoder.finish()]));
    this.count.submits++;
    this.wordsUsed = 0;
    this.queued = 0;
    this.batch++;
  }

  /** `length` words from `start` on, when everything queued so far is done. */
  async read(buffer: GpuBuffer, start: number, length: number): Promise<ArrayBuffer> {
    this.check();
    const bytes = length * 4;
    const { tickets } = this;
    this.tickets = [];
    const faults = tickets.length > 0;
    const total = bytes + (faults ? 16 : 0);
    if (total === 0) {
      this.flush();
      await this.settle();
      return new ArrayBuffer(0);
    }
    const staging = this.takeStaging(total);
    const encoder = this.commands();
    if (bytes > 0) encoder.copyBufferToBuffer(buffer.block.gpu, start * 4, staging, 0, bytes);
    if (faults) {
      encoder.copyBufferToBuffer(this.faults.block.gpu, 0, staging, bytes, 16);
      encoder.clearBuffer(this.faults.block.gpu, 0, 16);
    }
    this.flush();
    this.count.bytesRead += bytes;
    try {
      await Promise.race([staging.mapAsync(GPUMapMode.READ, 0, total), this.loss]);
    } catch (error) {
      staging.destroy();
      await this.settle();
      return fail('backend/failed', { backend: this.name, what: 'a read', reason: (error as Error).message });
    }
    const copy = staging.getMappedRange(0, total).slice(0);
    staging.unmap();
    this.staging.push(staging);
    await this.settle();
    if (faults) refuseFaults(new Int32Array(copy, bytes), tickets);
    return faults ? copy.slice(0, bytes) : copy;
  }

  /** Waits for the checks of everything given to the device so far. @throws `backend/failed`, `backend/lost` */
  private async settle(): Promise<void> {
    await Promise.race([Promise.all(this.checks), this.loss]).catch(() => undefined);
    // A device that goes says so only after what it owed has failed.
    for (let turn = 0; turn < 3 && this.lost === undefined && this.failure === undefined; turn++)
      await undefined;
    this.check();
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  private takeStaging(bytes: number): GPUBuffer {
    const known = this.staging.findIndex(({ size }) => size >= bytes);
    if (known >= 0) return this.staging.splice(known, 1)[0]!;
    if (this.staging.length > 8) this.staging.shift()!.destroy();
    const size = Math.max(4096, 2 ** Math.ceil(Math.log2(bytes)));
    return this.guarded('a buffer to read through', () =>
      this.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
    );
  }

  private computePass(): GPUComputePassEncoder {
    if (this.pass === undefined) {
      this.encoder ??= this.device.createCommandEncoder();
      this.pass = this.encoder.beginComputePass();
      this.pipeline = undefined;
    }
    return this.pass;
  }

  /** The encoder outside of a compute pass. */
  private commands(): GPUCommandEncoder {
    this.check();
    this.waiting?.close();
    this.pass?.end();
    this.pass = undefined;
    this.encoder ??= this.device.createCommandEncoder();
    return this.encoder;
  }
}

/** Whether an adapter says that it, or a driver that is known to, computes on the host's processor. */
function isSoftware(info: GPUAdapterInfo): boolean {
  const { isFallbackAdapter, description, architecture } = info;
  return (
    isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(`${description} ${architecture}`)
  );
}

/** Raises what a kernel found out of range. */
function refuseFaults(found: Int32Array, tickets: readonly IndexPlan[]): void {
  const [ticket, small, large] = found as unknown as [number, number, number];
  if (ticket === 0) return;
  const { refuse, axisSize } = tickets[ticket - 1]!;
  refuse(large !== 0 ? large : small, axisSize);
}
