import type { ElementArray } from '@taimatsu/core/backend';

/** Rows of `a` and columns of `b` in one tile: its sixteen sums fit the registers. */
export const TILE = 4;

/** Fills a panel: slivers of {@link TILE} rows, each with its `depth` columns one after another, padded with zeros. */
export type Pack = (
  panel: Float64Array,
  data: ElementArray,
  start: number,
  rowStride: number,
  depthStride: number,
  rows: number,
  depth: number,
) => void;

/** Stores the part of a tile that lies inside the output. */
export type Unpack = (
  tile: Float64Array,
  out: ElementArray,
  start: number,
  rowStride: number,
  columnStride: number,
  rows: number,
  columns: number,
) => void;

/** Elements of a panel that stay in the second-level cache. */
const PANEL = 2 ** 17;
/** Rows of `a` that are run through together, in elements of their panel. */
const BLOCK = 2 ** 15;
/** Scratch of more elements than this is not kept. */
const KEPT = 2 ** 20;

const tile = new Float64Array(TILE * TILE);
let aPanel = new Float64Array(0);
let bPanel = new Float64Array(0);

/** A matrix: where it begins and the distances between rows and between columns. */
export interface Matrix {
  readonly data: ElementArray;
  readonly start: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/**
 * `out = a · b` in doubles. Both operands are copied into panels that the inner loop reads straight through, so any
 * strides run at one speed. Each element is one running sum over `k`, as in the direct product.
 */
export function packedProduct(
  pack: Pack,
  unpack: Unpack,
  out: Matrix,
  a: Matrix,
  b: Matrix,
  m: number,
  n: number,
  k: number,
): void {
  const width = Math.max(TILE, Math.floor(PANEL / k) & -TILE);
  const height = Math.max(TILE, Math.floor(BLOCK / k) & -TILE);
  const left = room(aPanel, roundUp(m) * k);
  const right = room(bPanel, Math.min(roundUp(n), width) * k);
  if (left.length <= KEPT) aPanel = left;
  if (right.length <= KEPT) bPanel = right;
  pack(left, a.data, a.start, a.rowStride, a.columnStride, m, k);
  for (let column = 0; column < n; column += width) {
    const columns = Math.min(width, n - column);
    pack(right, b.data, b.start + column * b.columnStride, b.columnStride, b.rowStride, columns, k);
    for (let row = 0; row < m; row += height) {
      const start = out.start + row * out.rowStride + column * out.columnStride;
      const rows = Math.min(height, m - row);
      for (let j = 0; j < columns; j += TILE) {
        for (let i = 0; i < rows; i += TILE) {
          multiplyTile(left, (row + i) * k, right, j * k, k);
          const place = start + i * out.rowStride + j * out.columnStride;
          const height4 = Math.min(TILE, rows - i);
          unpack(
            tile,
            out.data,
            place,
            out.rowStride,
            out.columnStride,
            height4,
            Math.min(TILE, columns - j),
          );
        }
      }
    }
  }
}

function roundUp(count: number): number {
  return (count + TILE - 1) & -TILE;
}

function room(known: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  return known.length >= length ? known : new Float64Array(Math.max(length, 4096));
}

// `| 0` tells the engine that places do not overflow; sums in doubles run twice as fast as rounded ones.
function multiplyTile(a: Float64Array, aStart: number, b: Float64Array, bStart: number, k: number): void {
  let p = aStart | 0;
  let q = bStart | 0;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let l = 0; l < k; l++) {
    const b0 = b[q]!;
    const b1 = b[(q + 1) | 0]!;
    const b2 = b[(q + 2) | 0]!;
    const b3 = b[(q + 3) | 0]!;
    const a0 = a[p]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = a[(p + 1) | 0]!;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    const a2 = a[(p + 2) | 0]!;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    const a3 = a[(p + 3) | 0]!;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
    p = (p + 4) | 0;
    q = (q + 4) | 0;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s03;
  tile[4] = s10;
  tile[5] = s11;
  tile[6] = s12;
  tile[7] = s13;
  tile[8] = s20;
  tile[9] = s21;
  tile[10] = s22;
  tile[11] = s23;
  tile[12] = s30;
  tile[13] = s31;
  tile[14] = s32;
  tile[15] = s33;
}
