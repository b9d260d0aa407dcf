import {
  type DType,
  dtypeInfo,
  type ElementArray,
  elementArrayOver,
  fail,
  type View,
} from '@taimatsu/core/backend';
import { Block, Residents, WasmBuffer } from './block.ts';
import { ADDRESS_SPACE, Heap } from './heap.ts';
import { classBytes, sizeClass } from './sizes.ts';

const SLAB_BYTES = 4096;
const TINY_BYTES = 512;
/** Address 0 stands for nowhere; descriptors of launches lie below this one. */
const HEAP_START = 65536;

/** How much memory a backend takes. */
export interface MemoryOptions {
  readonly budget: number;
  readonly poison: boolean;
  readonly shared: boolean;
}

/** A slab in use: where the next tiny buffer goes. The collector takes `token` when no buffer is left. */
interface Slab {
  readonly block: Block;
  readonly token: object;
  at: number;
}

/**
 * Where buffers live: one linear memory. In a job that never ends, the collector's finalisers do not run, and garbage
 * looks like data. So past the budget, blocks that were not used for long are copied out to ordinary arrays that only
 * their buffers reach, and copied back when they are used again.
 */
export class Memory {
  readonly wasm: WebAssembly.Memory;
  /** Counts launches; what a launch has touched stays where it is until the next. */
  clock = 1;
  readonly stats: { evacuated: number; restored: number } = { evacuated: 0, restored: 0 };
  private readonly heap: Heap;
  private readonly budget: number;
  private readonly poison: boolean;
  private readonly residents = new Residents();
  private readonly registry: FinalizationRegistry<Block>;
  private slab: Slab | undefined;
  private bytes: Uint8Array;
  private words: Int32Array;

  constructor({ budget, poison, shared }: MemoryOptions) {
    this.wasm = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared });
    this.heap = new Heap(this.wasm, HEAP_START, Math.min(budget, ADDRESS_SPACE));
    this.budget = budget;
    this.poison = poison;
    this.bytes = new Uint8Array(this.wasm.buffer);
    this.words = new Int32Array(this.wasm.buffer);
    this.registry = new FinalizationRegistry((block) => this.release(block));
  }

  /** All of memory as bytes; good until the next allocation. */
  get u8(): Uint8Array {
    if (this.bytes.buffer !== this.wasm.buffer) this.bytes = new Uint8Array(this.wasm.buffer);
    return this.bytes;
  }

  /** All of memory as 32-bit words; good until the next allocation. */
  get i32(): Int32Array {
    if (this.words.buffer !== this.wasm.buffer) this.words = new Int32Array(this.wasm.buffer);
    return this.words;
  }

  alloc(dtype: DType, length: number): WasmBuffer {
    const { itemsize } = dtypeInfo[dtype];
    const bytes = length * itemsize;
    const buffer =
      bytes <= TINY_BYTES
        ? this.tiny(dtype, itemsize, length, bytes)
        : this.large(dtype, itemsize, length, bytes);
    if (this.poison) this.fill(buffer);
    return buffer;
  }

  free(buffer: WasmBuffer): void {
    const { block } = buffer;
    if (this.poison && block.pointer !== 0) this.fill(buffer);
    if (block.shared) return;
    if (buffer.base === undefined) {
      this.forget(block);
      return;
    }
    block.live--;
    if (block.live > 0) return;
    if (this.slab?.block === block) this.slab.at = 0;
    else this.forget(block);
  }

  /** The address of a view's first element, which stays good until the launch is over. */
  pointer(view: View): number {
    const buffer = view.storage.buffer as WasmBuffer;
    const { block } = buffer;
    block.used = this.clock;
    if (block.pointer === 0) this.restore(buffer);
    return block.pointer + buffer.start + view.offset * buffer.itemsize;
  }

  /** The elements of a buffer, in place; good until the next allocation. */
  elements(buffer: WasmBuffer, start: number, length: number): ElementArray {
    const { block, itemsize, dtype } = buffer;
    block.used = ++this.clock;
    if (block.pointer === 0) this.restore(buffer);
    return elementArrayOver(dtype, this.wasm.buffer, block.pointer + buffer.start + start * itemsize, length);
  }

  reinterpret(buffer: WasmBuffer, dtype: DType): WasmBuffer {
    const { block, start, length } = buffer;
    block.shared = true;
    return new WasmBuffer(block, start, dtype, dtypeInfo[dtype].itemsize, length, buffer.root);
  }

  /** Memory for the length of `use`: it stays where it is until then. */
  scratch<R>(bytes: number, use: (pointer: number) => R): R {
    const index = sizeClass(bytes);
    const pointer = this.take(index, bytes);
    try {
      return use(pointer);
    } finally {
      this.heap.give(pointer, index);
    }
  }

  private tiny(dtype: DType, itemsize: number, length: number, bytes: number): WasmBuffer {
    let { slab } = this;
    if (slab === undefined || slab.at + bytes > SLAB_BYTES) slab = this.newSlab();
    const { block, at, token } = slab;
    slab.at = at + (bytes === 0 ? 16 : (bytes + 15) & -16);
    block.live++;
    return new WasmBuffer(block, at, dtype, itemsize, length, token);
  }

  private newSlab(): Slab {
    const block = this.newBlock(SLAB_BYTES);
    const token = {};
    this.registry.register(token, block, block);
    this.slab = { block, token, at: 0 };
    return this.slab;
  }

  private large(dtype: DType, itemsize: number, length: number, bytes: number): WasmBuffer {
    if (bytes > ADDRESS_SPACE) {
      fail('backend/too-large', { backend: 'wasm', length, limit: Math.floor(ADDRESS_SPACE / itemsize) });
    }
    const block = this.newBlock(bytes);
    const buffer = new WasmBuffer(block, 0, dtype, itemsize, length, undefined);
    this.registry.register(buffer, block, block);
    return buffer;
  }

  private newBlock(bytes: number): Block {
    const index = sizeClass(bytes);
    const block = new Block(this.take(index, bytes), index, this.clock);
    this.residents.add(block);
    return block;
  }

  private take(index: number, bytes: number): number {
    return this.heap.take(index) ?? this.takeUnderPressure(index, bytes);
  }

  private takeUnderPressure(index: number, bytes: number): number {
    let goal = Math.max(classBytes(index), this.budget / 8);
    while (this.evacuate(goal)) {
      const pointer = this.heap.take(index);
      if (pointer !== undefined) return pointer;
      goal *= 2;
    }
    // What the launch in flight needs may take more than the budget.
    this.heap.limit = ADDRESS_SPACE;
    const pointer = this.heap.take(index);
    this.heap.limit = Math.min(this.budget, ADDRESS_SPACE);
    return pointer ?? fail('backend/out-of-memory', { backend: 'wasm', bytes, budget: this.budget });
  }

  /** Copies out about `goal` bytes of what was not used for long; false when there is nothing left to copy. */
  private evacuate(goal: number): boolean {
    let done = 0;
    for (let round = 0; round < 2 && done < goal; round++) {
      const end = this.residents.last;
      let block = this.residents.first;
      while (block !== undefined && done < goal) {
        const { next } = block;
        if (block.used !== this.clock && block !== this.slab?.block) {
          if (round === 0 && block.used > block.spared) {
            block.spared = block.used;
            this.residents.remove(block);
            this.residents.add(block);
          } else {
            this.copyOut(block);
            done += classBytes(block.index);
          }
        }
        if (block === end) break;
        block = next;
      }
    }
    return done > 0;
  }

  private copyOut(block: Block): void {
    const { pointer, index } = block;
    block.data = this.u8.slice(pointer, pointer + classBytes(index));
    this.forget(block);
    block.freed = false;
    block.pointer = 0;
    this.stats.evacuated += classBytes(index);
  }

  private restore(buffer: WasmBuffer): void {
    const { block } = buffer;
    const { data } = block;
    if (data === undefined) fail('backend/freed', {});
    block.pointer = this.take(block.index, classBytes(block.index));
    this.u8.set(data, block.pointer);
    block.data = undefined;
    this.residents.add(block);
    this.registry.register(buffer.root, block, block);
    this.stats.restored += classBytes(block.index);
  }

  /** Gives a block back that nobody needs in memory any more. */
  private forget(block: Block): void {
    if (block.pointer === 0) {
      block.data = undefined;
      return;
    }
    this.registry.unregister(block);
    this.release(block);
  }

  private release(block: Block): void {
    if (block.freed || block.pointer === 0) return;
    block.freed = true;
    this.residents.remove(block);
    this.heap.give(block.pointer, block.index);
  }

  // All bits set is NaN in every floating dtype.
  private fill({ block, start, itemsize, length }: WasmBuffer): void {
    const from = block.pointer + start;
    this.u8.fill(255, from, from + length * itemsize);
  }
}
