import { castValue, type DType, dtypeInfo, type Literal } from '@taimatsu/core/backend';
import { reader, writer } from '../elements.ts';
import type { ProductRunner } from '../kernels/matmul.ts';

/** A product of matrices of any dtype, element by element. */
export function closureProduct(dtype: DType, output: DType): ProductRunner {
  const read = reader(dtype);
  const write = writer(output);
  const compute = dtypeInfo[dtype].compute;
  const zero: Literal = compute === 'int64' ? 0n : 0;
  const step = stepOf(compute);
  return (out, a, b, { m, n, k }, [[outRow, outColumn], [aRow, aColumn], [bRow, bColumn]], at) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum: Literal = zero;
        for (let l = 0; l < k; l++) {
          sum = step(sum, read(a, at[1]! + i * aRow + l * aColumn), read(b, at[2]! + l * bRow + j * bColumn));
        }
        write(out, at[0]! + i * outRow + j * outColumn, finish(sum, compute));
      }
    }
  };
}

function stepOf(dtype: DType): (sum: Literal, x: Literal, y: Literal) => Literal {
  const typed = (f: (sum: never, x: never, y: never) => Literal) =>
    f as (sum: Literal, x: Literal, y: Literal) => Literal;
  if (dtype === 'int64') return typed((s: bigint, x: bigint, y: bigint) => BigInt.asIntN(64, s + x * y));
  if (dtype === 'float32' || dtype === 'float64')
    return typed((s: number, x: number, y: number) => s + x * y);
  if (dtype === 'bool') return (s, x, y) => (s || (x && y) ? 1 : 0);
  return typed((s: number, x: number, y: number) => (s + Math.imul(x, y)) | 0);
}

function finish(sum: Literal, dtype: DType): Literal {
  if (dtype === 'int64' || dtype === 'float64' || dtype === 'bool') return sum;
  return dtype === 'float32' ? Math.fround(sum as number) : castValue(sum, 'int32', dtype);
}
