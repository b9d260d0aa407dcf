/** A function of generated code; it takes numbers and bigints. */
export type Linked = (...args: never[]) => unknown;
type Callable = (...args: (number | bigint)[]) => unknown;

/** `OWN + offset` is an address in scratch memory that each thread has its own of, to calls that say they have such. */
export const OWN: number = 2 ** 40;

type Args = readonly (number | bigint)[];

interface Step {
  readonly run: Linked;
  readonly args: Args;
  /** Arguments may be addresses in the thread's own memory. */
  readonly own: boolean;
}

/** What a piece overwrites although it reads it, and where each thread may save that: `OWN + offset`. */
export interface Guard {
  readonly at: number;
  readonly bytes: number;
  readonly save: number;
}

/** A part of a launch that any thread can do. What it computes must not depend on how the launch was cut. */
export class Piece {
  readonly steps: Step[] = [];
  readonly guard: Guard | undefined;

  constructor(guard?: Guard) {
    this.guard = guard;
  }

  call(run: Linked, ...args: Args): this {
    this.steps.push({ run, args, own: false });
    return this;
  }

  /** Adds a call that may use the thread's own memory. */
  callOwn(run: Linked, ...args: Args): this {
    this.steps.push({ run, args, own: true });
    return this;
  }

  /** Stands for a function while a piece is written: adds a call where it is called. */
  readonly via =
    (run: Linked): ((...args: number[]) => void) =>
    (...args) => {
      this.callOwn(run, ...args);
    };

  /** Slots that it takes when it is written down. */
  get size(): number {
    return this.steps.reduce((sum, { args }) => sum + 5 + args.length, 4);
  }

  /** Runs it here, where scratch memory is at `scratch`; the calls' results or'ed together. */
  perform(scratch: number): number {
    let result = 0;
    for (const { run, args, own } of this.steps) {
      const here = own ? args.map((arg) => (arg >= OWN ? Number(arg) - OWN + scratch : arg)) : args;
      result |= Number((run as Callable)(...here) ?? 0);
    }
    return result;
  }
}

/** Writes pieces as workers read them. `address` says where a function's code lies, and which of its exports it is. */
export function encode(
  pieces: readonly Piece[],
  scratch: number,
  address: (run: Linked) => readonly [code: number, index: number],
  slots: Float64Array,
  begin: (piece: number, slot: number) => void,
): void {
  const longs = new BigInt64Array(slots.buffer, slots.byteOffset, slots.length);
  let s = 0;
  pieces.forEach(({ guard, steps }, piece) => {
    begin(piece, s);
    slots[s++] = guard?.at ?? 0;
    slots[s++] = guard?.bytes ?? 0;
    slots[s++] = (guard?.save ?? OWN) - OWN + scratch;
    slots[s++] = steps.length;
    for (const { run, args, own: hasOwn } of steps) {
      const [code, index] = address(run);
      const head = s;
      slots[s++] = code;
      slots[s++] = index;
      slots[s++] = args.length;
      s += 2;
      let own = 0;
      let long = 0;
      args.forEach((arg, i) => {
        if (typeof arg === 'bigint') {
          long |= 1 << i;
          longs[s++] = arg;
        } else if (hasOwn && arg >= OWN) {
          own |= 1 << i;
          slots[s++] = arg - OWN + scratch;
        } else slots[s++] = arg;
      });
      slots[head + 3] = own;
      slots[head + 4] = long;
    }
  });
}
