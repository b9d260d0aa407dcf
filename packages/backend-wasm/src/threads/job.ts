import { MAX_PIECES, SLOTS } from './board.ts';
import { type Linked, Piece } from './piece.ts';
import type { Pool } from './pool.ts';

/** Calls of a piece that is made of small ones. */
const MAX_CALLS = 64;

/** A launch that is being cut into pieces. */
export class Job {
  private readonly pool: Pool;
  private readonly scratch: number;
  private readonly stride: number;
  private pieces: Piece[] = [];
  private size = 0;
  private result = 0;
  private open: Piece | undefined;
  private weight = 0;

  constructor(pool: Pool, scratch: number, stride: number) {
    this.pool = pool;
    this.scratch = scratch;
    this.stride = stride;
  }

  /** Adds a piece. Where there are too many, those so far are done first. */
  add(piece: Piece): void {
    const { size } = piece;
    if (this.pieces.length === MAX_PIECES || this.size + size > SLOTS) this.flush();
    this.size += size;
    this.pieces.push(piece);
  }

  /** Adds a call to a piece that takes calls until they weigh `full` together. */
  deal(full: number, weight: number, run: Linked, args: readonly (number | bigint)[]): void {
    this.open ??= new Piece();
    this.open.call(run, ...args);
    this.weight += weight;
    if (this.weight < full && this.open.steps.length < MAX_CALLS) return;
    this.close();
  }

  /** Stands for a function while a piece is written: adds a call, which may use the thread's own memory, to the open piece. */
  readonly via =
    (run: Linked): ((...args: number[]) => void) =>
    (...args) => {
      this.open ??= new Piece();
      this.open.callOwn(run, ...args);
    };

  /** Ends the open piece. */
  close(): void {
    const { open } = this;
    this.open = undefined;
    this.weight = 0;
    if (open !== undefined) this.add(open);
  }

  /** Does what was added; all results so far or'ed together. */
  run(): number {
    this.close();
    this.flush();
    return this.result;
  }

  private flush(): void {
    const { pieces } = this;
    this.pieces = [];
    this.size = 0;
    this.result |= this.pool.run(pieces, this.scratch, this.stride);
  }
}
