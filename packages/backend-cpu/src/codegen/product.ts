import { type DType, dtypeInfo } from '@taimatsu/core/backend';
import type { DirectProduct } from '../kernels/matmul.ts';
import { type Pack, TILE, type Unpack } from '../numeric/packed-product.ts';
import { loadText, storeText } from './access.ts';
import { Code, type Compile } from './code.ts';
import { wrapText } from './expression.ts';

/** Copies a matrix into a panel of doubles. */
export function generatePack(dtype: DType, compile: Compile): Pack {
  const code = new Code(compile);
  const places = Array.from({ length: TILE }, (_, i) => `e${i}`);
  const load = (place: string): string => loadText(code, dtype, 'data', place);
  return code.function(
    'panel, data, start, rowStride, depthStride, rows, depth',
    `let p = 0, row = 0;
for (; row + ${TILE} <= rows; row += ${TILE}) {
  let ${places.map((e, i) => `${e} = start + (row + ${i}) * rowStride`).join(', ')};
  for (let l = 0; l < depth; l++, p += ${TILE}) {
    ${places.map((e, i) => `panel[p + ${i}] = ${load(e)}; ${e} += depthStride;`).join(' ')}
  }
}
if (row === rows) return;
for (let l = 0; l < depth; l++) {
  for (let i = 0; i < ${TILE}; i++) {
    panel[p++] = row + i < rows ? ${load('start + (row + i) * rowStride + l * depthStride')} : 0;
  }
}`,
  ) as Pack;
}

/** Stores a tile of doubles. */
export function generateUnpack(dtype: DType, compile: Compile): Unpack {
  const code = new Code(compile);
  return code.function(
    'tile, out, start, rowStride, columnStride, rows, columns',
    `for (let i = 0; i < rows; i++) {
  for (let j = 0, e = start + i * rowStride; j < columns; j++, e += columnStride) {
    ${storeText(code, dtype, 'out', 'e', `tile[${TILE} * i + j]`)}
  }
}`,
  ) as Unpack;
}

/** A product without scratch: four rows at a time, one running sum for each element. */
export function generateDirect(dtype: DType, output: DType, compile: Compile): DirectProduct {
  const code = new Code(compile);
  const compute = dtypeInfo[dtype].compute;
  const zero = compute === 'int64' ? '0n' : '0';
  const lanes = [0, 1, 2, 3];
  const step = (i: number): string => `s${i} = ${stepText(compute, `s${i}`, `a${i}`, 'b')};`;
  const load = (i: number): string => `const a${i} = ${loadText(code, dtype, 'x', `p${i}`)}; p${i} += ac;`;
  const store = (i: number): string => storeText(code, output, 'o', `e${i}`, finishText(`s${i}`, compute));
  const columns = (rows: readonly number[]): string => `
  for (let j = 0; j < n; j++) {
    ${rows.map((i) => `let s${i} = ${zero}, p${i} = xi + (row + ${i}) * ar; const e${i} = oi + (row + ${i}) * or + j * oc;`).join('\n    ')}
    for (let l = 0, q = yi + j * bc; l < k; l++, q += br) {
      const b = ${loadText(code, dtype, 'y', 'q')};
      ${rows.map((i) => `${load(i)} ${step(i)}`).join(' ')}
    }
    ${rows.map(store).join(' ')}
  }`;
  return code.function(
    'out, a, b, m, n, k, or, oc, ar, ac, br, bc, oi, ai, bi',
    `let o = out, x = a, y = b, xi = ai, yi = bi, row = 0;
if (m < n) {
  // The rows of the transposed product are more.
  x = b; y = a; xi = bi; yi = ai;
  let t = m; m = n; n = t;
  t = or; or = oc; oc = t;
  t = ar; ar = bc; bc = t;
  t = ac; ac = br; br = t;
}
for (; row + 4 <= m; row += 4) {${columns(lanes)}
}
for (; row < m; row++) {${columns([0])}
}`,
  ) as DirectProduct;
}

function stepText(dtype: DType, sum: string, a: string, b: string): string {
  if (dtype === 'bool') return `${sum} || (${a} && ${b}) ? 1 : 0`;
  if (dtype === 'float32' || dtype === 'float64') return `${sum} + ${a} * ${b}`;
  if (dtype === 'int64') return wrapText(`${sum} + ${a} * ${b}`, dtype);
  return wrapText(`${sum} + Math.imul(${a}, ${b})`, 'int32');
}

function finishText(sum: string, dtype: DType): string {
  return dtype === 'uint8' || dtype === 'int8' || dtype === 'int16' || dtype === 'float32'
    ? wrapText(sum, dtype)
    : sum;
}
