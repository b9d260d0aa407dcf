import type { DType } from '@taimatsu/core/backend';
import { classBytes } from './sizes.ts';

/**
 * A stretch of the heap that holds one large buffer or many tiny ones. The table of resident blocks holds it, so it
 * must not reach whoever owns its buffers.
 */
export class Block {
  /** Where it lies; 0 while it is evacuated. */
  pointer: number;
  /** Its size class. */
  readonly index: number;
  /** The launch that used it last. */
  used: number;
  /** The launch up to which it has been given a second chance. */
  spared: number;
  /** What it held when it was evacuated. Only its buffers reach it then, so the collector can take both. */
  data: Uint8Array | undefined = undefined;
  freed = false;
  /** Several buffers see the same elements: none of them can give it back. */
  shared = false;
  /** A slab: many small buffers share it. */
  readonly slab: boolean;
  /** Small buffers in it that were not given back. */
  live = 0;
  previous: Block | undefined = undefined;
  next: Block | undefined = undefined;

  constructor(pointer: number, index: number, clock: number, slab: boolean) {
    this.slab = slab;
    this.pointer = pointer;
    this.index = index;
    this.used = clock;
    this.spared = clock;
  }
}

/** Elements in a block. What the collector takes when nobody can reach the elements any more is `root`. */
export class WasmBuffer {
  readonly block: Block;
  /** In bytes from the block's start. */
  readonly start: number;
  readonly dtype: DType;
  readonly itemsize: number;
  readonly length: number;
  /** The slab that a tiny buffer is cut from, or the buffer that this one shows in another dtype. */
  readonly base: object | undefined;

  constructor(
    block: Block,
    start: number,
    dtype: DType,
    itemsize: number,
    length: number,
    base: object | undefined,
  ) {
    this.block = block;
    this.start = start;
    this.dtype = dtype;
    this.itemsize = itemsize;
    this.length = length;
    this.base = base;
  }

  get root(): object {
    return this.base ?? this;
  }
}

/**
 * The resident blocks of a kind, those that came first in front, and how many bytes of them are worth having: more when
 * blocks that were evacuated come back, because then they are no garbage.
 */
export class Residents {
  /** Bytes of blocks beyond which old ones are evacuated. */
  allowance: number;
  /** Bytes that came back since the last evacuation. */
  restored = 0;
  bytes = 0;
  first: Block | undefined = undefined;
  last: Block | undefined = undefined;

  constructor(allowance: number) {
    this.allowance = allowance;
  }

  add(block: Block): void {
    this.bytes += classBytes(block.index);
    block.previous = this.last;
    block.next = undefined;
    if (this.last === undefined) this.first = block;
    else this.last.next = block;
    this.last = block;
  }

  remove(block: Block): void {
    this.bytes -= classBytes(block.index);
    const { previous, next } = block;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    block.previous = undefined;
    block.next = undefined;
  }
}
