import type { DType, Literal, ScalarKernel } from '@taimatsu/core/backend';
import { type Expr, f32, f64, i32, i64, v128 } from '../asm/index.ts';
import type { Epilogue } from '../kernels/matmul/index.ts';
import { itemsize } from './access.ts';
import { emitExpression } from './expression.ts';
import { family, familyFor } from './family.ts';

/** How an epilogue's input lies along a row of the product: element after element, or one for the whole row. */
export type Across = 'unit' | 'splat';

/** The wasm function arguments that an epilogue's input and launch scalar take. */
const INPUT_ARGS = 2;
const scalarArgs = (dtype: DType): 1 | 2 => (dtype === 'float64' || dtype === 'int64' ? 2 : 1);

/** Whether the tail of a product of `dtype` can be done in the product's own lanes. */
export function fusable(kernel: ScalarKernel, dtype: DType): boolean {
  if (dtype !== 'float32' && dtype !== 'float64') return false;
  if ([kernel.output, ...kernel.inputs].some((stored) => stored !== dtype)) return false;
  return familyFor([kernel.body], [dtype]) === (dtype === 'float32' ? 'quad' : 'pair');
}

/** The tail as code; input 0 is the product's element. Arguments: address and row stride of each input, the scalars' bits. */
export function epilogueOf(kernel: ScalarKernel, dtype: DType, across: readonly Across[]): Epilogue {
  const bytes = itemsize(dtype);
  const firstScalar = INPUT_ARGS * across.length;
  const starts: number[] = [];
  let count = firstScalar;
  for (const param of kernel.params) {
    starts.push(count);
    count += scalarArgs(param);
  }
  return {
    params: count,
    emit: ({ f, value, row, column, args, load }) => {
      const fam = family(bytes === 4 ? 'quad' : 'pair', f);
      const result = emitExpression(fam, kernel.body, {
        load: (input) => {
          if (input === 0) return value;
          const base = i32.add(args[2 * input - 2]!, i32.mul(row, args[2 * input - 1]!));
          if (across[input - 1] === 'unit') return load(i32.add(base, i32.mul(column, bytes)));
          return bytes === 4 ? v128.load32_splat(base) : v128.load64_splat(base);
        },
        params: kernel.params.map((param, i) => scalarOf(param, args, starts[i]!)),
      });
      return result as Expr<'v128'>;
    },
  };
}

function scalarOf(dtype: DType, args: readonly Expr<'i32'>[], start: number): Expr {
  const low = args[start]!;
  if (scalarArgs(dtype) === 1) return dtype === 'float32' ? f32.reinterpret_i32(low) : low;
  const high = i64.shl(i64.extend_i32_u(args[start + 1]!), 32n);
  const bits = i64.or(high, i64.extend_i32_u(low));
  return dtype === 'float64' ? f64.reinterpret_i64(bits) : bits;
}

const cell = new DataView(new ArrayBuffer(8));

/** The bits of launch scalars, as arguments. */
export function scalarBits(kernel: ScalarKernel, values: readonly Literal[]): number[] {
  const words: number[] = [];
  kernel.params.forEach((dtype, i) => {
    const value = values[i]!;
    if (dtype === 'float32') cell.setFloat32(0, Number(value), true);
    else if (dtype === 'float64') cell.setFloat64(0, Number(value), true);
    else if (dtype === 'int64') cell.setBigInt64(0, BigInt(value), true);
    else cell.setInt32(0, Number(value), true);
    words.push(cell.getInt32(0, true));
    if (scalarArgs(dtype) === 2) words.push(cell.getInt32(4, true));
  });
  return words;
}
