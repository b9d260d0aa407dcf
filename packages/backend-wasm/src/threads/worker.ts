import type { Board } from './board.ts';

/** What a worker is given when it starts. */
export interface Assignment {
  readonly memory: WebAssembly.Memory;
  readonly board: Board;
  /** Its number among the threads; the main thread is 0. */
  readonly slot: number;
}

/**
 * What a worker does: takes pieces and runs their calls until it is told to quit. Workers are started with the text of
 * this function, so it reaches nothing outside itself.
 *
 * A piece is a list of 64-bit slots: the address and the bytes of what it changes in place, an address to save that at,
 * the number of calls, then for each call: the address of its module's code, which export, how many arguments, a mask of
 * those that are addresses in the thread's own scratch memory, a mask of those that are int64, and the arguments.
 */
export function work({ memory, board, slot }: Assignment): void {
  type Call = (...args: (number | bigint)[]) => unknown;
  const { words: w, state, at, list } = board;
  const words = new Int32Array(memory.buffer, at, w.starts + board.pieces);
  const slots = new Float64Array(memory.buffer, list, board.slots);
  const longs = new BigInt64Array(memory.buffer, list, board.slots);
  const modules = new Map<number, Call[]>();
  const pause = (Atomics as { pause?: () => void }).pause ?? ((): void => {});

  /** All of memory; it may have grown a moment ago. */
  const bytes = (end: number): Uint8Array => {
    let all = new Uint8Array(memory.buffer);
    while (all.length < end) all = new Uint8Array(memory.buffer);
    return all;
  };
  const functionsOf = (code: number): Call[] => {
    let known = modules.get(code);
    if (known === undefined) {
      const head = bytes(code + 4);
      const length = new DataView(head.buffer).getUint32(code, true);
      const text = bytes(code + 4 + length).slice(code + 4, code + 4 + length);
      const instance = new WebAssembly.Instance(new WebAssembly.Module(text as BufferSource), {
        env: { memory },
      });
      known = Object.values(instance.exports) as Call[];
      modules.set(code, known);
    }
    return known;
  };

  const perform = (piece: number): void => {
    let s = words[w.starts + piece]!;
    const guarded = slots[s + 1]!;
    const scratch = words[w.stride]! * slot;
    if (guarded > 0) {
      const from = slots[s]!;
      const to = slots[s + 2]! + scratch;
      bytes(Math.max(from, to) + guarded).copyWithin(to, from, from + guarded);
      Atomics.store(words, w.states + piece, state.taken | state.saved | (slot * state.slot));
    }
    let calls = slots[s + 3]!;
    s += 4;
    for (; calls > 0; calls--) {
      const call = functionsOf(slots[s]!)[slots[s + 1]!]!;
      const count = slots[s + 2]!;
      const own = slots[s + 3]!;
      const long = slots[s + 4]!;
      s += 5;
      const args: (number | bigint)[] = [];
      for (let i = 0; i < count; i++) {
        const bit = 1 << i;
        args.push((long & bit) !== 0 ? longs[s + i]! : slots[s + i]! + ((own & bit) !== 0 ? scratch : 0));
      }
      const result = call(...args);
      if (result) Atomics.or(words, w.result, Number(result));
      s += count;
    }
  };

  /** Waits until there are pieces to take; false to quit. Shortly awake, since work comes in bursts. */
  const wait = (): boolean => {
    const since = performance.now();
    for (let n = 0; Atomics.load(words, w.quit) === 0; n++) {
      if (Atomics.load(words, w.left) > 0 && slot < Atomics.load(words, w.active)) return true;
      pause();
      if (n % 64 !== 63 || performance.now() - since < 0.2) continue;
      Atomics.add(words, w.asleep, 1);
      const idle = slot < Atomics.load(words, w.active) ? 0 : Atomics.load(words, w.left);
      Atomics.wait(words, w.left, idle);
      Atomics.sub(words, w.asleep, 1);
    }
    return false;
  };

  Atomics.add(words, w.ready, 1);
  while (wait()) {
    const left = Atomics.load(words, w.left);
    if (left === 0 || Atomics.compareExchange(words, w.left, left, left - 1) !== left) continue;
    const piece = words[w.count]! - left;
    Atomics.store(words, w.states + piece, state.taken | (slot * state.slot));
    let outcome: number = state.done;
    try {
      perform(piece);
    } catch {
      outcome = state.failed;
    }
    Atomics.or(words, w.states + piece, outcome);
    Atomics.add(words, w.done, 1);
    if (Atomics.load(words, w.waiting) === 1) Atomics.notify(words, w.done);
  }
}
