import type { DType } from '@taimatsu/core/backend';

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
  /** Tiny buffers that were not given back. */
  live = 0;
  previous: Block | undefined = undefined;
  next: Block | undefined = undefined;

  constructor(pointer: number, index: number, clock: number) {
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

/** The resident blocks, those that came first in front. */
export class Residents {
  first: Block | undefined = undefined;
  last: Block | undefined = undefined;

  add(block: Block): void {
    block.previous = this.last;
    block.next = undefined;
    if (this.last === undefined) this.first = block;
    else this.last.next = block;
    this.last = block;
  }

  remove(block: Block): void {
    const { previous, next } = block;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    block.previous = undefined;
    block.next = undefined;
  }
}
