import {
  type DType,
  type ElementArray,
  elementArray,
  fail,
  type Manifest,
  type View,
} from '@taimatsu/core/backend';
import type { Engine, Run, Texels } from './gpujs.ts';
import { isExact, isTooWide, widened } from './integers.ts';
import type { Step, Waiting } from './program/waiting.ts';

/** A buffer: a record whose texels are replaced by each launch that writes to it. */
export class GpuBuffer {
  readonly dtype: DType;
  readonly length: number;
  /** Nothing until something is written. */
  texels: Texels | undefined = undefined;
  /** What the texels hold, or held before they were evacuated, where the host knows. */
  known: Float32Array | undefined = undefined;
  /** What will make its texels when they are asked for. */
  step: Step | undefined = undefined;
  /** When its texels were last asked for. */
  used = 0;

  constructor(dtype: DType, length: number) {
    this.dtype = dtype;
    this.length = length;
  }
}

/** The buffer behind a view. */
export function bufferOf(view: View): GpuBuffer {
  return view.storage.buffer as GpuBuffer;
}

/** Reading less than one part in so many copies it to a texture of its own first. */
const FEW = 64;

/** Bytes of textures that a backend keeps when nothing else is said. */
export const DEFAULT_BUDGET: number = 2 ** 30;

/**
 * Where buffers live. Textures are given back when their tensor is freed or collected. In code that never yields nothing is
 * collected, and WebGL does not say when memory runs out: past a budget, the textures that were not used for longest are
 * read back and deleted, and their buffers forgotten here. The collector can then take them, and what is still wanted is
 * uploaded again when it is next used.
 */
export class Memory {
  readonly engine: Engine;
  private readonly dtypes: Manifest['dtypes'];
  private readonly budget: number;
  private readonly reclaim: FinalizationRegistry<GpuBuffer> | undefined;
  private readonly resident = new Set<GpuBuffer>();
  /** Runs the steps that buffers wait for, where there are any. */
  waiting: Waiting | undefined = undefined;
  /** How many steps will read texels, whatever becomes of their buffer; and the bytes of those that only they have. */
  private readonly held = new Map<Texels, number>();
  private readonly orphans = new Map<Texels, number>();
  private bytes = 0;
  private clock = 0;
  private patch: Run | undefined;
  private slice: Run | undefined;

  constructor(engine: Engine, dtypes: Manifest['dtypes'], budget: number = DEFAULT_BUDGET) {
    this.engine = engine;
    this.dtypes = dtypes;
    this.budget = budget;
    if (engine.executor !== 'cpu') this.reclaim = new FinalizationRegistry((buffer) => this.free(buffer));
  }

  alloc(dtype: DType, length: number, owner?: object): GpuBuffer {
    const support = this.dtypes[dtype];
    if (support.kind === 'declined') fail('backend/dtype', { backend: 'gpu', dtype, reason: support.reason });
    const { maxElements } = this.engine;
    if (length > maxElements) fail('backend/too-large', { backend: 'gpu', length, limit: maxElements });
    const buffer = new GpuBuffer(dtype, length);
    if (owner !== undefined) this.reclaim?.register(owner, buffer, buffer);
    return buffer;
  }

  free(buffer: GpuBuffer): void {
    this.reclaim?.unregister(buffer);
    this.drop(buffer);
    buffer.known = undefined;
  }

  /** Puts off what a buffer will hold: `step` makes it when it is asked for. */
  await(buffer: GpuBuffer, step: Step): void {
    this.drop(buffer);
    buffer.known = undefined;
    buffer.step = step;
  }

  /** Keeps texels, whatever becomes of their buffer, until they are released as often as they are held. */
  hold(texels: Texels): void {
    this.held.set(texels, (this.held.get(texels) ?? 0) + 1);
  }

  release(texels: Texels): void {
    const count = this.held.get(texels)! - 1;
    if (count > 0) {
      this.held.set(texels, count);
      return;
    }
    this.held.delete(texels);
    const bytes = this.orphans.get(texels);
    if (bytes === undefined) return;
    this.orphans.delete(texels);
    this.bytes -= bytes;
    this.engine.dispose(texels);
  }

  /** Texels that belong to no buffer, or not any more. */
  leave(texels: Texels, length: number): void {
    if (!this.held.has(texels)) {
      this.engine.dispose(texels);
      return;
    }
    const bytes = bytesOf(length);
    this.orphans.set(texels, bytes);
    this.bytes += bytes;
  }

  /** Puts new texels in place of a buffer's. Nobody may hold another buffer's texels across this call. */
  replace(buffer: GpuBuffer, texels: Texels, known?: Float32Array): void {
    this.drop(buffer);
    buffer.known = known;
    this.keep(buffer, texels);
    if (this.bytes > this.budget) this.evacuate(buffer);
  }

  /** A buffer's texels; zeros for what was never written. There are no textures of nothing: empty buffers have one. */
  texels(buffer: GpuBuffer): Texels {
    buffer.used = ++this.clock;
    if (buffer.step !== undefined) this.waiting!.run(buffer.step);
    if (buffer.texels !== undefined) return buffer.texels;
    const values = buffer.known ?? new Float32Array(Math.max(1, buffer.length));
    return this.keep(buffer, this.engine.upload(values));
  }

  private keep(buffer: GpuBuffer, texels: Texels): Texels {
    buffer.texels = texels;
    buffer.used = ++this.clock;
    if (this.reclaim === undefined) return texels;
    this.resident.add(buffer);
    this.bytes += bytesOf(buffer.length);
    return texels;
  }

  private drop(buffer: GpuBuffer): void {
    const { step } = buffer;
    buffer.step = undefined;
    if (step !== undefined) this.waiting!.leave(step);
    if (buffer.texels === undefined) return;
    this.leave(buffer.texels, buffer.length);
    buffer.texels = undefined;
    if (this.resident.delete(buffer)) this.bytes -= bytesOf(buffer.length);
  }

  /** Brings the textures down to half the budget, so that this is seldom; `latest` stays. */
  private evacuate(latest: GpuBuffer): void {
    if (this.orphans.size > 0) this.waiting!.flush();
    const oldest = [...this.resident].sort((a, b) => a.used - b.used);
    for (const buffer of oldest) {
      if (this.bytes <= this.budget / 2) return;
      if (buffer === latest) continue;
      buffer.known ??= this.engine.download(this.texels(buffer), buffer.length).slice();
      this.drop(buffer);
      this.reclaim?.unregister(buffer);
    }
  }

  write(buffer: GpuBuffer, start: number, data: ElementArray): void {
    if (data.length === 0) return;
    const values = toTexels(data, buffer.dtype);
    if (data.length === buffer.length) {
      this.replace(buffer, this.engine.upload(values), keeps(buffer.dtype) ? values : undefined);
      return;
    }
    const { engine } = this;
    this.patch ??= engine.compile({
      args: [
        ['before', 'texels'],
        ['data', 'texels'],
        ['start', 'int'],
        ['end', 'int'],
      ],
      body: [
        `if (t < start || t >= end) return ${engine.read('before', 't')};`,
        `return ${engine.read('data', 't - start')};`,
      ],
      functions: [],
    });
    const fresh = engine.upload(values);
    const end = start + data.length;
    const merged = this.patch(buffer.length, [this.texels(buffer), fresh, start, end]);
    engine.dispose(fresh);
    this.replace(buffer, merged);
  }

  /** All of a buffer as floats; not to be changed. */
  values(buffer: GpuBuffer): Float32Array {
    if (buffer.known !== undefined) return buffer.known;
    if (buffer.length === 0) return new Float32Array(0);
    const values = this.engine.download(this.texels(buffer), buffer.length);
    if (keeps(buffer.dtype)) buffer.known = values;
    return values;
  }

  read(buffer: GpuBuffer, start: number, length: number): ElementArray {
    const isFew = buffer.known === undefined && length > 0 && length * FEW <= buffer.length;
    const values = isFew
      ? this.part(buffer, start, length)
      : this.values(buffer).subarray(start, start + length);
    const out = elementArray(buffer.dtype, length);
    if (out instanceof BigInt64Array) for (let i = 0; i < length; i++) out[i] = widened(values[i]!, 'int64');
    else if (out instanceof Int32Array)
      for (let i = 0; i < length; i++) out[i] = Number(widened(values[i]!, 'int32'));
    else out.set(values);
    return out;
  }

  /** Some of a buffer's elements, by way of a small texture. */
  private part(buffer: GpuBuffer, start: number, length: number): Float32Array {
    const { engine } = this;
    this.slice ??= engine.compile({
      args: [
        ['data', 'texels'],
        ['start', 'int'],
      ],
      functions: [],
      body: [`return ${engine.read('data', 't + start')};`],
    });
    const small = this.slice(length, [this.texels(buffer), start]);
    const values = engine.download(small, length);
    engine.dispose(small);
    return values;
  }
}

/** Four floats a texel. */
function bytesOf(length: number): number {
  return Math.max(1, Math.ceil(length / 4)) * 16;
}

/** Indices are asked for by the host again and again, to check them. */
function keeps(dtype: DType): boolean {
  return dtype === 'int64';
}

/** Elements as float32. @throws `backend/unsupported` for integers that a float32 cannot hold */
function toTexels(data: ElementArray, dtype: DType): Float32Array {
  const texels = new Float32Array(data.length);
  if (data instanceof BigInt64Array) for (let i = 0; i < data.length; i++) texels[i] = Number(data[i]);
  else texels.set(data);
  if (!isTooWide(dtype)) return texels;
  for (let i = 0; i < texels.length; i++) {
    if (isExact(texels[i]!) && Number(data[i]) === texels[i]) continue;
    fail('backend/unsupported', {
      backend: 'gpu',
      what: `the ${dtype} value ${data[i]}`,
      reason: 'integers are held as float32, which has them all only up to 16777216',
    });
  }
  return texels;
}
