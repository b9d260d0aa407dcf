import { type DType, dtypeInfo, type ScatterMode } from '@taimatsu/core/backend';
import type { GatherRunner } from '../kernels/gather.ts';
import type { ScatterRunner } from '../kernels/scatter.ts';
import { scatterOp } from '../numeric/scatter-op.ts';
import { loadText, storeText } from './access.ts';
import { Code, type Compile } from './code.ts';
import { applyText } from './expression.ts';
import { nestText } from './nest.ts';

// An index is read as two words: no BigInt is made. Nearly always the high word only repeats the sign.
const readIndex = `let i = w[2 * e1]; const high = w[2 * e1 + 1];
    if (high !== i >> 31) i = high * 4294967296 + (i >>> 0);`;

const unpack = `const bo = out.storage.buffer, o = bo.data; let p0 = bo.start + out.offset;
const b1 = index.storage.buffer, w = b1.words; let p1 = b1.start + index.offset;
const b2 = source.storage.buffer, x = b2.data; let p2 = b2.start + source.offset;
const loops = plan.loops, axisSize = plan.axisSize, axisStride = plan.axisStride;
const lowest = plan.wrap ? -axisSize : 0;
const last = loops.shape.length - 1, n = loops.shape[last];
const c0 = loops.strides[0][last], c1 = loops.strides[1][last], c2 = loops.strides[2][last];`;

/** A gather of elements as they are stored. */
export function generateGather(compile: Compile): GatherRunner {
  const code = new Code(compile);
  const nest = nestText(code, {
    name: 'outer',
    loops: 'loops',
    operands: places,
    inner: 1,
    // One index for a whole row, as when rows of a matrix are picked, is read and checked once.
    body: `if (c1 === 0) {
    const e1 = p1;
    ${readIndex}
    if (i < lowest || i >= axisSize) { if (bad === undefined) bad = i; }
    else {
      const from = p2 + (i < 0 ? i + axisSize : i) * axisStride;
      if (c0 === 1 && c2 === 1) for (let k = 0; k < n; k++) o[p0 + k] = x[from + k];
      else for (let k = 0; k < n; k++) o[p0 + k * c0] = x[from + k * c2];
    }
  } else for (let k = 0, e0 = p0, e1 = p1, e2 = p2; k < n; k++, e0 += c0, e1 += c1, e2 += c2) {
    ${readIndex}
    if (i >= lowest && i < axisSize) o[e0] = x[e2 + (i < 0 ? i + axisSize : i) * axisStride];
    else if (bad === undefined) bad = i;
  }`,
  });
  return code.function(
    'plan, out, index, source',
    `${unpack}\nlet bad;\n${nest}\nreturn bad;`,
  ) as GatherRunner;
}

const places = [
  ['p0', 0],
  ['p1', 1],
  ['p2', 2],
] as const;

/** A scatter: all indices are checked before anything is written. */
export function generateScatter(mode: ScatterMode, dtype: DType, compile: Compile): ScatterRunner {
  const code = new Code(compile);
  const check = nestText(code, {
    name: 'check',
    loops: 'loops',
    operands: [['p1', 1]],
    inner: 1,
    body: `for (let k = 0, e1 = p1; k < n; k++, e1 += c1) {
    ${readIndex}
    if (i < lowest || i >= axisSize) { if (bad === undefined) bad = i; }
  }`,
  });
  const store =
    mode === 'set'
      ? 'o[to] = x[e2];'
      : `const old = ${loadText(code, dtype, 'o', 'to')}, v = ${loadText(code, dtype, 'x', 'e2')};
    const r = ${applyText(code, scatterOp(mode, dtype), dtypeInfo[dtype].compute, ['old', 'v'])};
    ${storeText(code, dtype, 'o', 'to', 'r')}`;
  const write = nestText(code, {
    name: 'outer',
    loops: 'loops',
    operands: places,
    inner: 1,
    body: `for (let k = 0, e0 = p0, e1 = p1, e2 = p2; k < n; k++, e0 += c0, e1 += c1, e2 += c2) {
    ${readIndex}
    const to = e0 + (i < 0 ? i + axisSize : i) * axisStride;
    ${store}
  }`,
  });
  return code.function(
    'plan, out, index, source',
    `${unpack}\nlet bad;\n${check}\nif (bad !== undefined) return bad;\n${write}`,
  ) as ScatterRunner;
}
