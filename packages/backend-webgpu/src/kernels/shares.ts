/** Pieces of work that keep a device busy: with fewer, the steps of each are shared out. */
const ENOUGH_PIECES = 128;
/** Steps that are worth a share. */
const LEAST_SHARE = 128;
const MOST_SHARES = 64;

/** How many parts the steps of a product are shared out in: by sizes alone, so that the same one is always added up the same way. */
export function sharesOf(pieces: number, steps: number): number {
  if (pieces * 2 > ENOUGH_PIECES) return 1;
  return Math.max(
    1,
    Math.min(MOST_SHARES, Math.floor(ENOUGH_PIECES / pieces), Math.floor(steps / LEAST_SHARE)),
  );
}
