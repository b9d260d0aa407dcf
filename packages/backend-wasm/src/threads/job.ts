import { MAX_PIECES, SLOTS } from './board.ts';
import type { Piece } from './piece.ts';
import type { Pool } from './pool.ts';

/** A launch that is being cut into pieces. */
export class Job {
  private readonly pool: Pool;
  private readonly scratch: number;
  private readonly stride: number;
  private pieces: Piece[] = [];
  private size = 0;
  private result = 0;

  constructor(pool: Pool, scratch: number, stride: number) {
    this.pool = pool;
    this.scratch = scratch;
    this.stride = stride;
  }

  /** Adds a piece. Where there are too many, those so far are done first. */
  add(piece: Piece): void {
    const { size } = piece;
    if (this.pieces.length === MAX_PIECES || this.size + size > SLOTS) this.run();
    this.size += size;
    this.pieces.push(piece);
  }

  /** Does what was added; all results so far or'ed together. */
  run(): number {
    const { pieces } = this;
    this.pieces = [];
    this.size = 0;
    this.result |= this.pool.run(pieces, this.scratch, this.stride);
    return this.result;
  }
}
