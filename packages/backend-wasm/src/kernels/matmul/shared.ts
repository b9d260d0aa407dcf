import { OWN, Piece, type Pool } from '../../threads/index.ts';
import { blockDepth, type Matmul, type Product, roundUp, tileBytes } from './matmul.ts';
import { flags } from './micro.ts';

/** Columns of B that are packed as one piece. */
const packColumns = 128;
/** Rows of a piece, and columns where rows are few: below that, packing A again costs too much. */
const least = { rows: 24, columns: 128 };

/** Bytes of the packed block of B, which all threads read, and of each thread's own scratch memory. */
export function sharedBytes(
  matmul: Matmul,
  { m, n, k: depth }: { readonly m: number; readonly n: number; readonly k: number },
): { readonly block: number; readonly own: number } {
  const { bytes, blockRows, blockColumns, columns } = matmul;
  const k = blockDepth(depth) * bytes;
  return {
    block: roundUp(Math.min(roundUp(n, columns), blockColumns) * k, 16),
    own: tileBytes + roundUp(Math.min(roundUp(m, 8), blockRows) * k, 16),
  };
}

/**
 * A product of many rows and columns on several threads. Block by block, all pack B, then all multiply rows with it;
 * no element's arithmetic depends on where the cuts are.
 */
export function runShared(
  matmul: Matmul,
  p: Product,
  pool: Pool,
  threads: number,
  block: number,
  own: number,
): void {
  const { bytes, blockColumns } = matmul;
  const { a, b, c } = p;
  const [aRow, aColumn] = [a.rowStride * bytes, a.columnStride * bytes];
  const [bRow, bColumn] = [b.rowStride * bytes, b.columnStride * bytes];
  const [cRow, cColumn] = [c.rowStride * bytes, c.columnStride * bytes];
  const direct = matmul.isDirect(p);
  const { packA, packB, macro } = direct ? matmul.direct() : matmul.packed();
  const depth = blockDepth(p.depth);
  const { rows, columns } = pieceSize(matmul, p, threads);
  const job = pool.job(p.scratch, own);
  for (let j = 0; j < p.n; j += blockColumns) {
    const nb = Math.min(p.n - j, blockColumns);
    for (let k = 0; k < p.depth; k += depth) {
      const kb = Math.min(p.depth - k, depth);
      for (let x = 0; x < nb; x += packColumns) {
        const from = b.pointer + (j + x) * bColumn + k * bRow;
        const width = Math.min(packColumns, nb - x);
        job.add(new Piece().call(packB, block + x * kb * bytes, from, width, kb, bColumn, bRow));
      }
      job.run();
      const more = k > 0 || p.accumulate ? flags.accumulate : 0;
      const flag = more | (k + kb === p.depth ? flags.last : 0);
      for (let i = 0; i < p.m; i += rows) {
        const mb = Math.min(p.m - i, rows);
        const corner = a.pointer + i * aRow + k * aColumn;
        const left = direct ? corner : OWN + tileBytes;
        for (let x = 0; x < nb; x += columns) {
          const width = Math.min(columns, nb - x);
          const at = c.pointer + i * cRow + (j + x) * cColumn;
          const right = block + x * kb * bytes;
          const piece = new Piece();
          if (!direct) piece.callOwn(packA, left, corner, mb, kb, aRow, aColumn);
          const site = [at, cRow, cColumn, flag, i, j + x, ...(p.args ?? [])];
          job.add(piece.callOwn(macro, mb, width, kb, left, aRow, right, OWN, ...site));
        }
      }
      job.run();
    }
  }
}

/** About four pieces for each thread, of whole register tiles. */
function pieceSize(
  { rows: tileRows, columns: tileColumns, blockRows, blockColumns }: Matmul,
  { m, n }: Product,
  threads: number,
): { readonly rows: number; readonly columns: number } {
  const wanted = 4 * threads;
  const rows = Math.min(blockRows, Math.max(roundUp(least.rows, tileRows), roundUp(m / wanted, tileRows)));
  const down = Math.ceil(m / rows);
  const width = Math.min(n, blockColumns);
  const across = Math.max(1, Math.round(wanted / down));
  const columns = Math.max(roundUp(least.columns, tileColumns), roundUp(width / across, tileColumns));
  return { rows, columns };
}
