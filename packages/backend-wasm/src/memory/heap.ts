import { classBytes, sizeClass } from './sizes.ts';

interface Range {
  pointer: number;
  bytes: number;
}

const PAGE = 65536;
/** The end of what 32-bit addresses reach, less a page that keeps `pointer + bytes` below 2^32. */
export const ADDRESS_SPACE: number = 65535 * PAGE;

/**
 * Hands out stretches of a linear memory. What is given back waits in a stack for its size class; when nothing fits,
 * neighbours are joined and cut anew.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** Bytes that the memory may grow to. */
  limit: number;
  private readonly free: number[][] = [];
  private readonly ranges: Range[] = [];
  private freeBytes = 0;
  private end: number;
  private top: number;
  private readonly grown: () => void;

  /** `grown` is called when the memory's old buffer may not be looked at any more. */
  constructor(memory: WebAssembly.Memory, start: number, limit: number, grown: () => void) {
    this.memory = memory;
    this.grown = grown;
    this.limit = limit;
    this.top = start;
    this.end = memory.buffer.byteLength;
  }

  /** A block of class `index`; undefined when nothing fits below the limit. */
  take(index: number): number | undefined {
    const stack = this.free[index];
    const bytes = classBytes(index);
    if (stack !== undefined && stack.length > 0) {
      this.freeBytes -= bytes;
      return stack.pop();
    }
    return (
      this.cut(bytes) ?? this.extend(bytes) ?? (this.freeBytes >= bytes ? this.joined(bytes) : undefined)
    );
  }

  give(pointer: number, index: number): void {
    this.freeBytes += classBytes(index);
    const stack = this.free[index];
    if (stack !== undefined) stack.push(pointer);
    else {
      while (this.free.length < index) this.free.push([]);
      this.free[index] = [pointer];
    }
  }

  private cut(bytes: number): number | undefined {
    for (let i = this.ranges.length - 1; i >= 0; i--) {
      const range = this.ranges[i]!;
      if (range.bytes < bytes) continue;
      const { pointer } = range;
      range.pointer += bytes;
      range.bytes -= bytes;
      this.freeBytes -= bytes;
      if (range.bytes === 0) this.ranges.splice(i, 1);
      return pointer;
    }
    return undefined;
  }

  private extend(bytes: number): number | undefined {
    const pointer = this.top;
    const end = pointer + bytes;
    if (end > this.limit) return undefined;
    if (end > this.end && !this.grow(end)) return undefined;
    this.top = end;
    return pointer;
  }

  private grow(end: number): boolean {
    const least = Math.ceil((end - this.end) / PAGE);
    const most = Math.floor((this.limit - this.end) / PAGE);
    const generous = Math.min(Math.max(least, 16, Math.ceil(this.end / PAGE / 4)), Math.max(least, most));
    for (const pages of [generous, least]) {
      try {
        this.memory.grow(pages);
        this.end = this.memory.buffer.byteLength;
        this.grown();
        return true;
      } catch {
        // Fewer, then.
      }
    }
    return false;
  }

  /** Joins neighbours among all that is free, and cuts from the result. */
  private joined(bytes: number): number | undefined {
    const all: Range[] = [...this.ranges];
    this.free.forEach((stack, index) => {
      const size = classBytes(index);
      for (const pointer of stack) all.push({ pointer, bytes: size });
      stack.length = 0;
    });
    all.sort((a, b) => a.pointer - b.pointer);
    this.ranges.length = 0;
    let last: Range | undefined;
    for (const range of all) {
      if (last !== undefined && last.pointer + last.bytes === range.pointer) last.bytes += range.bytes;
      else {
        last = range;
        this.ranges.push(range);
      }
    }
    if (last !== undefined && last.pointer + last.bytes === this.top) {
      this.ranges.pop();
      this.top = last.pointer;
      this.freeBytes -= last.bytes;
    }
    // Small ones are found first: the search begins at the end.
    this.ranges.sort((a, b) => b.bytes - a.bytes);
    this.scatterSmall();
    return this.cut(bytes) ?? this.extend(bytes);
  }

  /** Too many small ranges would slow each search down: they go back to the stacks. */
  private scatterSmall(): void {
    while (this.ranges.length > 64) {
      const { pointer, bytes } = this.ranges.pop()!;
      let at = pointer;
      let left = bytes;
      while (left > 0) {
        let index = sizeClass(left);
        if (classBytes(index) > left) index--;
        const size = classBytes(index);
        this.freeBytes -= size;
        this.give(at, index);
        at += size;
        left -= size;
      }
    }
  }
}
