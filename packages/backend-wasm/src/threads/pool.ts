import { invariant, TensorError, warn } from '@taimatsu/core/backend';
import { originOf } from '../asm/index.ts';
import type { Memory } from '../memory/index.ts';
import { type Board, boardAt, boardBytes } from './board.ts';
import { Job } from './job.ts';
import { encode, type Linked, OWN, type Piece } from './piece.ts';
import { type Spawn, type Spawned, spawner } from './spawn.ts';

/** Nanoseconds of one thread's work below which a launch is not worth sharing: waking a worker takes about 30,000. */
const LEAST_WORK = 150_000;
/** Work worth sharing that has to come by before workers are started. */
const START_AFTER = 5_000_000;
/** Milliseconds after which a worker that is still at its piece is given up, at least. */
const PATIENCE = 3000;
/** The most launches that are done alone after one that threads have only slowed down. */
const LONGEST_REST = 64;

/** Workers, and the board that they look at: what has to stop when the pool is gone. */
interface Crew {
  readonly board: Board;
  readonly words: Int32Array;
  readonly workers: Spawned[];
}

function dismiss({ board, words, workers }: Crew): void {
  Atomics.store(words, board.words.quit, 1);
  Atomics.notify(words, board.words.left);
  for (const worker of workers) worker.stop();
}

const abandoned = new FinalizationRegistry<Crew>(dismiss);

/**
 * Threads that share launches: the one that launches, and workers that see the same memory. Workers start when there
 * was enough to do for them, and until they are up the first thread works alone. It never waits for them to take up a
 * piece, only for pieces to be finished; what a worker does not finish is done again.
 */
export class Pool {
  private readonly memory: Memory;
  private readonly spawn: Spawn | undefined;
  private readonly published = new Map<Uint8Array, number>();
  private limit: number;
  private seen = 0;
  private crew: Crew | undefined;
  /** Workers cannot be had, or one was lost: one thread does all from now on. */
  private closed = false;
  /** Launches to do alone because others need the cores, and how many it will be the next time. */
  private rest = 0;
  private nextRest = 1;
  private readonly patience: number;

  constructor(
    memory: Memory,
    limit: number,
    { spawn = spawner(), patience = PATIENCE }: { spawn?: Spawn | undefined; patience?: number } = {},
  ) {
    this.memory = memory;
    this.spawn = memory.shared ? spawn : undefined;
    this.limit = limit;
    this.patience = patience;
  }

  /** How many threads may work on a launch. */
  get count(): number {
    return this.spawn === undefined || this.closed ? 1 : this.limit;
  }

  set count(limit: number) {
    this.limit = limit;
    const { crew } = this;
    if (crew !== undefined) Atomics.store(crew.words, crew.board.words.active, limit);
  }

  /** How many threads would share a launch of about `work` nanoseconds of one thread; 1 if it is to be done alone. */
  countFor(work: number): number {
    if (work < LEAST_WORK || this.limit === 1 || this.spawn === undefined || this.closed) return 1;
    const { crew } = this;
    if (crew === undefined || crew.workers.length < this.limit - 1) {
      this.seen += work;
      if (this.seen >= START_AFTER) this.hire(this.spawn);
    }
    if (crew === undefined) return 1;
    if (this.rest > 0) {
      this.rest--;
      return 1;
    }
    return Math.min(this.limit, 1 + Atomics.load(crew.words, crew.board.words.ready));
  }

  /** A launch to be cut into pieces. Thread `i` has scratch memory from `scratch + i * stride` on. */
  job(scratch = 0, stride = 0): Job {
    return new Job(this, scratch, stride);
  }

  /** Does all pieces and returns their results or'ed together. */
  run(pieces: readonly Piece[], scratch: number, stride: number): number {
    const { crew } = this;
    if (crew === undefined || pieces.length < 2) {
      return pieces.reduce((result, piece) => result | piece.perform(scratch), 0);
    }
    this.post(crew, pieces, scratch, stride);
    const { words, board } = crew;
    const { left, count, states, result } = board.words;
    const start = performance.now();
    let mine = 0;
    let own = 0;
    try {
      for (let open = pieces.length; open > 0; open = Atomics.load(words, left)) {
        if (Atomics.compareExchange(words, left, open, open - 1) !== open) continue;
        const next = words[count]! - open;
        mine++;
        own |= pieces[next]!.perform(scratch);
        words[states + next] = board.state.done;
      }
    } finally {
      const worked = performance.now() - start;
      // Where a piece fails here, no more are to be begun.
      const theirs = pieces.length - mine - Atomics.exchange(words, left, 0);
      if (!finished(crew, theirs, this.patience + 20 * worked)) {
        this.lose('a worker does not answer');
        // What stops it takes a moment.
        finished(crew, theirs, 100);
      }
      this.learn(performance.now() - start, (worked / mine) * pieces.length);
    }
    return own | this.redo(crew, pieces, scratch) | Atomics.load(words, result);
  }

  /** Where other programs take the cores, waiting for threads costs more than they do: rests, longer each time. */
  private learn(took: number, alone: number): void {
    if (took < alone * 1.1) this.nextRest = 1;
    else {
      this.rest = this.nextRest;
      this.nextRest = Math.min(LONGEST_REST, this.nextRest * 2);
    }
  }

  private post({ words, board }: Crew, pieces: readonly Piece[], scratch: number, stride: number): void {
    const { words: w, slots, list } = board;
    const space = new Float64Array(words.buffer, list, slots);
    const address = (run: Linked): readonly [number, number] => this.address(run);
    encode(pieces, scratch, address, space, (piece, slot) => {
      words[w.starts + piece] = slot;
      words[w.states + piece] = 0;
    });
    words[w.count] = pieces.length;
    words[w.stride] = stride;
    words[w.done] = 0;
    words[w.result] = 0;
    Atomics.store(words, w.left, pieces.length);
    if (Atomics.load(words, w.asleep) > 0) Atomics.notify(words, w.left);
  }

  /** Does again what workers did not finish; what they changed in place is put back before. */
  private redo({ words, board }: Crew, pieces: readonly Piece[], scratch: number): number {
    const { words: w, state } = board;
    let result = 0;
    pieces.forEach((piece, i) => {
      const outcome = words[w.states + i]!;
      if ((outcome & state.done) !== 0) return;
      const { guard } = piece;
      if (guard !== undefined && (outcome & state.saved) !== 0) {
        const saved = guard.save - OWN + scratch + words[w.stride]! * Math.floor(outcome / state.slot);
        this.memory.u8.copyWithin(guard.at, saved, saved + guard.bytes);
      }
      this.lose('a worker failed');
      result |= piece.perform(scratch);
    });
    return result;
  }

  /** Where a function's code lies, for workers to compile, and which of its exports it is. */
  private address(run: Linked): readonly [code: number, index: number] {
    const origin = originOf(run);
    invariant(origin !== undefined, 'a function for other threads is of a module for shared memory');
    const { code, index } = origin;
    let at = this.published.get(code);
    if (at === undefined) {
      at = this.memory.permanent(4 + code.length);
      this.memory.u8.set(code, at + 4);
      new DataView(this.memory.wasm.buffer).setUint32(at, code.length, true);
      this.published.set(code, at);
    }
    return [at, index];
  }

  /** Starts one worker more: each takes a millisecond or two, which no launch should pay for all of them. */
  private hire(spawn: Spawn): void {
    this.crew ??= this.gather();
    const { crew } = this;
    const { words, board, workers } = crew;
    const own = new WeakRef(this);
    Atomics.store(words, board.words.active, this.limit);
    try {
      const slot = workers.length + 1;
      const ended = (): void => own.deref()?.lose('a worker ended');
      workers.push(spawn({ memory: this.memory.wasm, board, slot }, ended));
    } catch {
      // A policy forbids it.
      this.close();
    }
  }

  private gather(): Crew {
    const board = boardAt(this.memory.permanent(boardBytes));
    const words = new Int32Array(this.memory.wasm.buffer, board.at, board.words.starts + board.pieces);
    words.fill(0);
    const crew = { board, words, workers: [] };
    abandoned.register(this, crew);
    return crew;
  }

  private lose(reason: string): void {
    const { crew } = this;
    if (crew === undefined) return;
    const wasUp = Atomics.load(crew.words, crew.board.words.ready) > 0;
    this.close();
    if (wasUp) warn(new TensorError('backend/threads', { backend: 'wasm', reason }).message);
  }

  private close(): void {
    if (this.crew !== undefined) dismiss(this.crew);
    this.crew = undefined;
    this.closed = true;
  }
}

const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});
/** A page's main thread must not sleep. */
let maySleep = true;

/** Waits until workers are through with `expected` pieces; false if patience ends before, in milliseconds. */
function finished({ words, board }: Crew, expected: number, patience: number): boolean {
  const { done, waiting } = board.words;
  const since = performance.now();
  for (let n = 1; Atomics.load(words, done) < expected; n++) {
    pause();
    if (n % 256 !== 0) continue;
    const waited = performance.now() - since;
    if (waited > patience) return false;
    if (maySleep && waited > 0.2) sleep(words, done, waiting, expected);
  }
  return true;
}

/** The core may be needed by the one that is waited for. */
function sleep(words: Int32Array, done: number, waiting: number, expected: number): void {
  Atomics.store(words, waiting, 1);
  const seen = Atomics.load(words, done);
  try {
    if (seen < expected) Atomics.wait(words, done, seen, 50);
  } catch {
    maySleep = false;
  }
  Atomics.store(words, waiting, 0);
}
