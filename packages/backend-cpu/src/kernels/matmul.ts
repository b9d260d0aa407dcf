import {
  type DType,
  dtypeInfo,
  type ElementArray,
  type Epilogue,
  elementArray,
  type Kernels,
  type MatmulPlan,
  type View,
} from '@taimatsu/core/backend';
import { closureDirect, closurePack, closureUnpack } from '../closures/matmul.ts';
import { walk } from '../closures/walk.ts';
import type { Compile } from '../codegen/code.ts';
import { generateDirect, generatePack, generateUnpack } from '../codegen/product.ts';
import { bufferOf, CpuBuffer, startOf } from '../memory.ts';
import { packedProduct } from '../numeric/packed-product.ts';
import { runnersBy } from './runners.ts';

/** A product that takes everything one by one, so that small ones allocate nothing. */
export type DirectProduct = (
  out: ElementArray,
  a: ElementArray,
  b: ElementArray,
  m: number,
  n: number,
  k: number,
  outRow: number,
  outColumn: number,
  aRow: number,
  aColumn: number,
  bRow: number,
  bColumn: number,
  outStart: number,
  aStart: number,
  bStart: number,
) => void;

/** Products of fewer multiplications are not worth packing. */
const PACKED_FROM = 4096;

export function makeMatmul(compile: Compile | undefined, map: Kernels['map']): Kernels['matmul'] {
  const products = runnersBy<DirectProduct>((input, output) => productOf(input, output, compile));
  return (plan, out, a, b, epilogue) => {
    if (epilogue !== undefined) withEpilogue(plan, out, a, b, epilogue, products, map);
    else multiplyAll(products(a.dtype, out.dtype), plan, out, a, b);
  };
}

function productOf(input: DType, output: DType, compile: Compile | undefined): DirectProduct {
  const direct =
    compile === undefined ? closureDirect(input, output) : generateDirect(input, output, compile);
  if (dtypeInfo[input].category !== 'float') return direct;
  const pack = compile === undefined ? closurePack(input) : generatePack(input, compile);
  const unpack = compile === undefined ? closureUnpack(output) : generateUnpack(output, compile);
  return (out, a, b, m, n, k, outRow, outColumn, aRow, aColumn, bRow, bColumn, outStart, aStart, bStart) => {
    if (m < 4 || n < 4 || m * n * k < PACKED_FROM) {
      direct(out, a, b, m, n, k, outRow, outColumn, aRow, aColumn, bRow, bColumn, outStart, aStart, bStart);
      return;
    }
    packedProduct(
      pack,
      unpack,
      { data: out, start: outStart, rowStride: outRow, columnStride: outColumn },
      { data: a, start: aStart, rowStride: aRow, columnStride: aColumn },
      { data: b, start: bStart, rowStride: bRow, columnStride: bColumn },
      m,
      n,
      k,
    );
  };
}

function multiplyAll(product: DirectProduct, plan: MatmulPlan, out: View, a: View, b: View): void {
  if (plan.batch.size === 1) {
    multiplyOne(product, plan, out, a, b, startOf(out), startOf(a), startOf(b));
    return;
  }
  const at = [startOf(out), startOf(a), startOf(b)];
  walk(plan.batch, at, () => multiplyOne(product, plan, out, a, b, at[0]!, at[1]!, at[2]!));
}

function multiplyOne(
  product: DirectProduct,
  { m, n, k, strides }: MatmulPlan,
  out: View,
  a: View,
  b: View,
  outStart: number,
  aStart: number,
  bStart: number,
): void {
  const so = strides[0]!;
  const sa = strides[1]!;
  const sb = strides[2]!;
  product(
    bufferOf(out).data,
    bufferOf(a).data,
    bufferOf(b).data,
    m,
    n,
    k,
    so[0]!,
    so[1]!,
    sa[0]!,
    sa[1]!,
    sb[0]!,
    sb[1]!,
    outStart,
    aStart,
    bStart,
  );
}

/** Products go to a scratch matrix, from which the epilogue's kernel makes the output. */
function withEpilogue(
  plan: MatmulPlan,
  out: View,
  a: View,
  b: View,
  { kernel, inputs, params }: Epilogue,
  products: (input: DType, output: DType) => DirectProduct,
  map: Kernels['map'],
): void {
  const { m, n, batch } = plan;
  if (m * n === 0) return;
  const dtype = kernel.inputs[0] ?? a.dtype;
  const scratch: View = {
    storage: { buffer: new CpuBuffer(dtype, elementArray(dtype, m * n), 0, m * n) },
    offset: 0,
    dtype,
  };
  const single = { ...plan, strides: [[n, 1], ...plan.strides.slice(1)] };
  const mapPlan = {
    flat: false,
    size: m * n,
    shape: [m, n],
    strides: [plan.strides[0]!, [n, 1], ...plan.strides.slice(3)],
  };
  const views = [out, a, b, ...inputs];
  const at = views.map(startOf);
  const moved = (view: View, i: number): View => ({
    storage: view.storage,
    offset: at[i]! - bufferOf(view).start,
    dtype: view.dtype,
  });
  const product = products(a.dtype, dtype);
  walk(batch, at, () => {
    multiplyOne(product, single, scratch, a, b, 0, at[1]!, at[2]!);
    const others = inputs.map((view, i) => moved(view, i + 3));
    map(kernel, mapPlan, moved(out, 0), [scratch, ...others], params);
  });
}
