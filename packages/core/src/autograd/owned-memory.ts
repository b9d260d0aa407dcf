import { nextStorageSerial, type Storage, swapScope, type Tensor } from '../tensor/index.ts';

/** Smaller storages are left to the collector: freeing them costs more than it gives. */
const WORTH_FREEING = 256;

/**
 * What a backward run makes for itself: gradients on their way and what formulas need in between. Each is freed as soon as
 * nothing can reach it, so that a training loop does not depend on when the collector runs. What escapes (into `.grad`, to
 * a hook, to the caller) becomes ordinary memory.
 */
export class OwnedMemory {
  private readonly first = nextStorageSerial();
  private readonly held = new Map<Storage, number>();
  private readonly escaped = new Set<Storage>();
  private readonly temporaries: Storage[] = [];

  /** True for memory made since the run began that has not escaped. */
  private isOurs(storage: Storage): boolean {
    if (storage.length < WORTH_FREEING || storage.serial < this.first || storage.pinned) return false;
    return !this.escaped.has(storage);
  }

  /** A gradient waits for a node. */
  hold(tensor: Tensor): void {
    const storage = tensor.storage.root;
    if (this.isOurs(storage)) this.held.set(storage, (this.held.get(storage) ?? 0) + 1);
  }

  /** A gradient that waited has been used. */
  release(tensor: Tensor): void {
    const storage = tensor.storage.root;
    const count = this.held.get(storage);
    if (count === undefined) return;
    if (count > 1) this.held.set(storage, count - 1);
    else {
      this.held.delete(storage);
      if (this.isOurs(storage)) storage.free();
    }
  }

  /** Someone outside the run can reach this memory from now on. */
  escape(storage: Storage): void {
    this.escaped.add(storage.root);
  }

  /** True when memory was made by this run and nobody outside can reach it. */
  isPrivate(given: Storage): boolean {
    const storage = given.root;
    return storage.serial >= this.first && !storage.pinned && !this.escaped.has(storage);
  }

  /** Runs `work` and frees what it made and did not {@link hold}. */
  withTemporaries(work: () => void): void {
    const { temporaries } = this;
    const outer = swapScope(temporaries);
    try {
      work();
    } finally {
      swapScope(outer);
      for (const storage of temporaries) {
        if (this.isOurs(storage) && !this.held.has(storage)) storage.free();
        else if (outer !== undefined) outer.push(storage);
      }
      temporaries.length = 0;
    }
  }
}
