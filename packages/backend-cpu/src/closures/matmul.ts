import { castValue, type DType, dtypeInfo, type Literal } from '@taimatsu/core/backend';
import { reader, writer } from '../elements.ts';
import type { DirectProduct } from '../kernels/matmul.ts';
import { type Pack, TILE, type Unpack } from '../numeric/packed-product.ts';

/** A product of matrices of any dtype, element by element. */
export function closureDirect(dtype: DType, output: DType): DirectProduct {
  const read = reader(dtype);
  const write = writer(output);
  const compute = dtypeInfo[dtype].compute;
  const zero: Literal = compute === 'int64' ? 0n : 0;
  const step = stepOf(compute);
  return (out, a, b, m, n, k, outRow, outColumn, aRow, aColumn, bRow, bColumn, outStart, aStart, bStart) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum: Literal = zero;
        for (let l = 0; l < k; l++) {
          const x = read(a, aStart + i * aRow + l * aColumn);
          sum = step(sum, x, read(b, bStart + l * bRow + j * bColumn));
        }
        write(out, outStart + i * outRow + j * outColumn, finish(sum, compute));
      }
    }
  };
}

/** Copies a matrix into a panel of doubles. */
export function closurePack(dtype: DType): Pack {
  const read = reader(dtype);
  return (panel, data, start, rowStride, depthStride, rows, depth) => {
    let p = 0;
    for (let row = 0; row < rows; row += TILE) {
      for (let l = 0; l < depth; l++) {
        for (let i = row; i < row + TILE; i++) {
          panel[p++] = i < rows ? (read(data, start + i * rowStride + l * depthStride) as number) : 0;
        }
      }
    }
  };
}

/** Stores a tile of doubles. */
export function closureUnpack(dtype: DType): Unpack {
  const write = writer(dtype);
  return (tile, out, start, rowStride, columnStride, rows, columns) => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++)
        write(out, start + i * rowStride + j * columnStride, tile[TILE * i + j]!);
    }
  };
}

/** How a sum of products goes on, in a dtype's arithmetic. */
export function stepOf(dtype: DType): (sum: Literal, x: Literal, y: Literal) => Literal {
  const typed = (f: (sum: never, x: never, y: never) => Literal) =>
    f as (sum: Literal, x: Literal, y: Literal) => Literal;
  if (dtype === 'int64') return typed((s: bigint, x: bigint, y: bigint) => BigInt.asIntN(64, s + x * y));
  if (dtype === 'float32' || dtype === 'float64')
    return typed((s: number, x: number, y: number) => s + x * y);
  if (dtype === 'bool') return (s, x, y) => (s || (x && y) ? 1 : 0);
  return typed((s: number, x: number, y: number) => (s + Math.imul(x, y)) | 0);
}

/** A sum of products as its dtype has it. */
export function finish(sum: Literal, dtype: DType): Literal {
  if (dtype === 'int64' || dtype === 'float64' || dtype === 'bool') return sum;
  return dtype === 'float32' ? Math.fround(sum as number) : castValue(sum, 'int32', dtype);
}
