/** The most pieces that a job can have. */
export const MAX_PIECES = 256;
/** 64-bit slots for the calls of all pieces of a job. */
export const SLOTS = 32768;

/**
 * Where a pool's threads find each other, in 32-bit words from the board's start. `left` and `done` are on cache lines
 * of their own.
 */
const words = {
  /** Pieces that nobody has taken yet; threads without work wait for it to change. */
  left: 0,
  /** Pieces that workers are through with. */
  done: 16,
  /** Pieces of the job. */
  count: 32,
  /** Workers that are up. */
  ready: 33,
  /** Workers asleep. */
  asleep: 34,
  /** Threads that may take part. */
  active: 35,
  /** 1 while the main thread sleeps until `done` changes. */
  waiting: 36,
  /** 1 when workers are to stop. */
  quit: 37,
  /** Bytes from one thread's scratch memory to the next one's. */
  stride: 38,
  /** All that the job's calls have returned, or'ed together. */
  result: 39,
  /** What became of each piece: see {@link state}. */
  states: 64,
  /** The slot at which each piece's calls begin. */
  starts: 320,
} as const;

/** What became of a piece that a worker took: flags, and the worker's number in the bits above. */
const state = {
  taken: 1,
  /** What the piece changes in place is saved: it can be put back. */
  saved: 2,
  done: 4,
  failed: 8,
  /** The worker's number times this. */
  slot: 256,
} as const;

const listStart = (320 + MAX_PIECES) * 4;

/** Plain data, because it is sent to workers. */
export interface Board {
  /** Its address. */
  readonly at: number;
  readonly words: typeof words;
  readonly state: typeof state;
  readonly pieces: number;
  /** The address of the list of calls, and how many slots it has. */
  readonly list: number;
  readonly slots: number;
}

export const boardBytes: number = listStart + SLOTS * 8;

export function boardAt(at: number): Board {
  return { at, words, state, pieces: MAX_PIECES, list: at + listStart, slots: SLOTS };
}
