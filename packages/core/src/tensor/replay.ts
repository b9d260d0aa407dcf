import type { Backend, ElementArray } from '../backend/index.ts';
import { fail } from '../errors/index.ts';
import { nextStorageSerial, type Storage } from './storage.ts';
import type { Tensor } from './tensor.ts';

/** Ends an attempt that needs a value which has not arrived. Who catches it changes nothing: the attempt is void anyway. */
const waiting: unique symbol = Symbol('waiting for a read');

interface Draw {
  readonly source: object;
  readonly epoch: number;
  readonly value: unknown;
}

type Entry = { readonly read: ElementArray } | { readonly draw: Draw };

let current: Replay | undefined;

/**
 * Attempts at one function. What an attempt reads and draws is numbered; the next attempt gets what is known by number, and
 * does everything else again.
 */
class Replay {
  private readonly known: Entry[] = [];
  private next = 0;
  private arriving: Promise<ElementArray> | undefined;
  private drawing = false;
  private changed = false;
  /** Memory with a smaller number was there before. */
  private firstOwn = 0;

  /** Runs `fn`; gives undefined when it has to run again after {@link arrival}. */
  attempt<R>(fn: () => R): { readonly result: R } | undefined {
    const outer = current;
    current = this;
    this.next = 0;
    this.changed = false;
    this.firstOwn = nextStorageSerial();
    try {
      const result = fn();
      return this.arriving === undefined ? { result } : undefined;
    } catch (error) {
      if (this.arriving === undefined) throw error;
      return undefined;
    } finally {
      current = outer;
    }
  }

  async arrival(): Promise<void> {
    const read = await this.arriving!;
    this.arriving = undefined;
    this.known.push({ read });
  }

  read(backend: Backend, read: () => Promise<ElementArray>): ElementArray {
    if (this.arriving !== undefined) throw waiting;
    const entry = this.known[this.next++];
    if (entry !== undefined && 'read' in entry) return entry.read;
    if (entry !== undefined || this.drawing) throw new Error('internal invariant broken: attempts differ');
    if (this.changed) fail('backend/replay', { backend: backend.name });
    this.arriving = read();
    // Whether it fails is asked when the attempt is over.
    this.arriving.catch(() => undefined);
    throw waiting;
  }

  draw<T>(source: object, epoch: number, draw: () => T): T {
    const at = this.next++;
    const entry = this.known[at];
    if (entry !== undefined && 'draw' in entry) {
      const known = entry.draw;
      if (known.source === source && known.epoch === epoch) return known.value as T;
    }
    this.drawing = true;
    try {
      const value = draw();
      this.known[at] = { draw: { source, epoch, value } };
      return value;
    } finally {
      this.drawing = false;
    }
  }

  change(storage: Storage | undefined): void {
    if (storage === undefined || storage.serial < this.firstOwn) this.changed = true;
  }
}

/** Runs `fn` until nothing that it reads has to be waited for. @throws what `fn` throws, and `backend/replay` */
export async function replayed<R>(fn: () => R): Promise<R> {
  const replay = new Replay();
  for (;;) {
    const done = replay.attempt(fn);
    if (done !== undefined) return done.result;
    await replay.arrival();
  }
}

/**
 * True where a tensor's elements can be read at once, or a read may ask for another attempt; and where there is one value to
 * read, rather than one for each example of a `vmap`.
 */
export function canRead({ storage }: Tensor): boolean {
  return storage.hidden === null && (storage.backend.manifest.syncRead || current !== undefined);
}

/** True inside of {@link replayed}: what cannot be done twice has to wait until nothing can ask for another attempt. */
export function isReplaying(): boolean {
  return current !== undefined;
}

/** What `read` gives, at once: from an earlier attempt, or with the next. */
export function readReplayed(backend: Backend, read: () => Promise<ElementArray>): ElementArray {
  return current!.read(backend, read);
}

/** What `draw` takes from a source of random numbers; `epoch` counts how often the source was set to a state. */
export function drawReplayed<T>(source: object, epoch: number, draw: () => T): T {
  return current === undefined ? draw() : current.draw(source, epoch, draw);
}

/** Notes that something was changed that an attempt did not make itself: it cannot be followed by another attempt. */
export function noteChange(storage?: Storage): void {
  current?.change(storage);
}

/** Counts an in-place change of a tensor's elements. */
export function countChange(tensor: Tensor): void {
  tensor.counter.version++;
  if (current !== undefined) current.change(tensor.storage);
}
