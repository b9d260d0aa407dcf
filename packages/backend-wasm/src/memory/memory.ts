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

/** Small buffers share slabs: one that survives keeps the whole slab. */
const TIERS = [
  { most: 512, slab: 4096 },
  { most: 8192, slab: 65536 },
] as const;
const LARGEST_SMALL = TIERS[1].most;
/** Address 0 stands for nowhere; descriptors of launches lie below this one. */
const HEAP_START = 65536;
/** What blocks may take before there is a reason to let them have more. */
const FIRST_ALLOWANCE = { slabs: 2 ** 24, large: 2 ** 27 };

/** How much memory a backend takes. */
export interface MemoryOptions {
  readonly budget: number;
  readonly poison: boolean;
  readonly shared: boolean;
  /** Where addresses end; only tests give less than there is. */
  readonly space?: number;
}

/** A slab in use: where the next small buffer goes. The collector takes `token` when no buffer is left. */
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
  /** Other threads see it. */
  readonly shared: boolean;
  /** All of memory as bytes; good until the next allocation. */
  u8: Uint8Array;
  /** All of memory as 32-bit words; good until the next allocation. */
  i32: Int32Array;
  /** Counts launches; what a launch has touched stays where it is until the next. */
  clock = 1;
  readonly stats: { evacuated: number; restored: number } = { evacuated: 0, restored: 0 };
  private readonly heap: Heap;
  private readonly budget: number;
  private readonly space: number;
  private readonly poison: boolean;
  private readonly slabs: Residents;
  private readonly large: Residents;
  private readonly registry: FinalizationRegistry<Block>;
  private readonly open: (Slab | undefined)[] = [undefined, undefined];

  constructor({ budget, poison, shared, space = ADDRESS_SPACE }: MemoryOptions) {
    this.wasm = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared });
    this.shared = shared;
    this.u8 = new Uint8Array(this.wasm.buffer);
    this.i32 = new Int32Array(this.wasm.buffer);
    this.heap = new Heap(this.wasm, HEAP_START, Math.min(budget, space), () => {
      this.u8 = new Uint8Array(this.wasm.buffer);
      this.i32 = new Int32Array(this.wasm.buffer);
    });
    this.budget = budget;
    this.space = space;
    this.poison = poison;
    this.slabs = new Residents(Math.min(budget / 4, FIRST_ALLOWANCE.slabs));
    this.large = new Residents(Math.min(budget, FIRST_ALLOWANCE.large));
    this.registry = new FinalizationRegistry((block) => this.release(block));
  }

  alloc(dtype: DType, length: number): WasmBuffer {
    const { itemsize } = dtypeInfo[dtype];
    const bytes = length * itemsize;
    const buffer =
      bytes <= LARGEST_SMALL
        ? this.small(dtype, itemsize, length, bytes)
        : this.big(dtype, itemsize, length, bytes);
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
    const open = this.open.find((slab) => slab?.block === block);
    if (open !== undefined) open.at = 0;
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
    return elementArrayOver(dtype, this.u8.buffer, block.pointer + buffer.start + start * itemsize, length);
  }

  /** A copy of elements. */
  copy(buffer: WasmBuffer, start: number, length: number): ElementArray {
    const elements = this.elements(buffer, start, length);
    try {
      return elements.slice();
    } catch {
      // JavaScript's own memory is at its end.
      return fail('backend/out-of-memory', {
        backend: 'wasm',
        bytes: elements.byteLength,
        budget: this.budget,
      });
    }
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

  /** Memory that is never given back and stays where it is. */
  permanent(bytes: number): number {
    return this.take(sizeClass(bytes), bytes);
  }

  private small(dtype: DType, itemsize: number, length: number, bytes: number): WasmBuffer {
    const tier = bytes <= TIERS[0].most ? 0 : 1;
    let slab = this.open[tier];
    if (slab === undefined || slab.at + bytes > TIERS[tier].slab) slab = this.newSlab(tier);
    const { block, at, token } = slab;
    slab.at = at + (bytes === 0 ? 16 : (bytes + 15) & -16);
    block.live++;
    return new WasmBuffer(block, at, dtype, itemsize, length, token);
  }

  private newSlab(tier: 0 | 1): Slab {
    const block = this.newBlock(TIERS[tier].slab, true);
    const slab = { block, token: {}, at: 0 };
    this.registry.register(slab.token, block, block);
    this.open[tier] = slab;
    return slab;
  }

  private big(dtype: DType, itemsize: number, length: number, bytes: number): WasmBuffer {
    if (bytes > this.space) {
      fail('backend/too-large', { backend: 'wasm', length, limit: Math.floor(this.space / itemsize) });
    }
    const block = this.newBlock(bytes, false);
    const buffer = new WasmBuffer(block, 0, dtype, itemsize, length, undefined);
    this.registry.register(buffer, block, block);
    return buffer;
  }

  private newBlock(bytes: number, slab: boolean): Block {
    const index = sizeClass(bytes);
    const residents = slab ? this.slabs : this.large;
    if (residents.bytes + bytes > residents.allowance) this.relieve(residents, bytes);
    const block = new Block(this.take(index, bytes), index, this.clock, slab);
    residents.add(block);
    return block;
  }

  /** Makes room among blocks of a kind: more room if what was evacuated comes back, else by evacuating. */
  private relieve(residents: Residents, bytes: number): void {
    const { allowance, restored } = residents;
    residents.restored = 0;
    if (restored > allowance / 16 && allowance < this.budget) {
      residents.allowance = Math.min(this.budget, allowance * 2);
    } else {
      this.evacuate(residents, Math.max(bytes, allowance / 4));
    }
  }

  private take(index: number, bytes: number): number {
    return this.heap.take(index) ?? this.takeUnderPressure(index, bytes);
  }

  private takeUnderPressure(index: number, bytes: number): number {
    let goal = Math.max(classBytes(index), this.budget / 8);
    while (this.evacuate(this.large, goal) || this.evacuate(this.slabs, goal)) {
      const pointer = this.heap.take(index);
      if (pointer !== undefined) return pointer;
      goal *= 2;
    }
    // What the launch in flight needs may take more than the budget.
    this.heap.limit = this.space;
    const pointer = this.heap.take(index);
    this.heap.limit = Math.min(this.budget, this.space);
    return pointer ?? fail('backend/out-of-memory', { backend: 'wasm', bytes, budget: this.budget });
  }

  /**
   * Copies out about `goal` bytes of what was not used for long; false when there is nothing left to copy. Blocks used
   * since they were last looked at get a second chance.
   */
  private evacuate(residents: Residents, goal: number): boolean {
    let done = 0;
    for (let round = 0; round < 2 && done < goal; round++) {
      const end = residents.last;
      let block = residents.first;
      while (block !== undefined && done < goal) {
        const { next } = block;
        if (block.used !== this.clock && !this.isOpen(block)) {
          if (round === 0 && block.used > block.spared) {
            block.spared = this.clock;
            residents.remove(block);
            residents.add(block);
          } else {
            if (!this.copyOut(block)) return done > 0;
            done += classBytes(block.index);
          }
        }
        if (block === end) break;
        block = next;
      }
    }
    return done > 0;
  }

  private isOpen(block: Block): boolean {
    return this.open[0]?.block === block || this.open[1]?.block === block;
  }

  /** False if there is no room in JavaScript's memory either; the block then stays. */
  private copyOut(block: Block): boolean {
    const { pointer, index } = block;
    try {
      block.data = this.u8.slice(pointer, pointer + classBytes(index));
    } catch {
      return false;
    }
    this.forget(block);
    block.freed = false;
    block.pointer = 0;
    this.stats.evacuated += classBytes(index);
    return true;
  }

  private restore(buffer: WasmBuffer): void {
    const { block } = buffer;
    const { data } = block;
    if (data === undefined) fail('backend/freed', {});
    const residents = block.slab ? this.slabs : this.large;
    residents.restored += classBytes(block.index);
    if (residents.bytes > residents.allowance) this.relieve(residents, classBytes(block.index));
    block.pointer = this.take(block.index, classBytes(block.index));
    this.u8.set(data, block.pointer);
    block.data = undefined;
    residents.add(block);
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
    (block.slab ? this.slabs : this.large).remove(block);
    this.heap.give(block.pointer, block.index);
  }

  // All bits set is NaN in every floating dtype.
  private fill({ block, start, itemsize, length }: WasmBuffer): void {
    const from = block.pointer + start;
    this.u8.fill(255, from, from + length * itemsize);
  }
}
