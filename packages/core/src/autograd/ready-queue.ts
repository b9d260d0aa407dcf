import type { Node } from './node.ts';

/** Nodes that can run, the latest made first: a binary heap by sequence number. */
export class ReadyQueue {
  private readonly heap: Node[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(node: Node): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(node);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.sequence >= node.sequence) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = node;
  }

  pop(): Node {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]!.sequence > heap[child]!.sequence) child++;
      if (heap[child]!.sequence <= last.sequence) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
