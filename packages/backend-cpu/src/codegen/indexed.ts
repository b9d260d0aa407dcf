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

const places = [
  ['p0', 0],
  ['p1', 1],
  ['p2', 2],
] as const;

/** Arguments of the innermost loops, which are functions of their own so that the engine optimises them as a whole. */
const rowArguments = 'n, e0, e1, e2, c0, c1, c2, axisSize, axisStride, lowest, o, w, x';
const callRow = 'row(n, p0, p1, p2, c0, c1, c2, axisSize, axisStride, lowest, o, w, x)';
const integers = 'e0 |= 0; e1 |= 0; e2 |= 0; c0 |= 0; c1 |= 0; c2 |= 0;';
const advance = 'e0 = (e0 + c0) | 0, e1 = (e1 + c1) | 0, e2 = (e2 + c2) | 0';

/** A gather of elements as they are stored. */
export function generateGather(compile: Compile): GatherRunner {
  // One index for a whole row, as when rows of a matrix are picked, is read and checked once.
  const row = new Code(compile).function(
    rowArguments,
    `${integers}
let bad;
if (c1 === 0) {
  ${readIndex}
  if (i < lowest || i >= axisSize) return i;
  const from = e2 + (i < 0 ? i + axisSize : i) * axisStride;
  if (c0 === 1 && c2 === 1) for (let k = 0; k < n; k++) o[e0 + k] = x[from + k];
  else for (let k = 0; k < n; k++) o[e0 + k * c0] = x[from + k * c2];
  return bad;
}
for (let k = 0; k < n; k++, ${advance}) {
  ${readIndex}
  if (i >= lowest && i < axisSize) o[e0] = x[e2 + (i < 0 ? i + axisSize : i) * axisStride];
  else if (bad === undefined) bad = i;
}
return bad;`,
  );
  const code = new Code(compile);
  code.use('row', row);
  const nest = nestText(code, {
    name: 'outer',
    loops: 'loops',
    operands: places,
    inner: 1,
    body: `const found = ${callRow}; if (bad === undefined) bad = found;`,
  });
  return code.function(
    'plan, out, index, source',
    `${unpack}\nlet bad;\n${nest}\nreturn bad;`,
  ) as GatherRunner;
}

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
  const inner = new Code(compile);
  const store =
    mode === 'set'
      ? 'o[to] = x[e2];'
      : `const old = ${loadText(inner, dtype, 'o', 'to')}, v = ${loadText(inner, dtype, 'x', 'e2')};
    const r = ${applyText(inner, scatterOp(mode, dtype), dtypeInfo[dtype].compute, ['old', 'v'])};
    ${storeText(inner, dtype, 'o', 'to', 'r')}`;
  const row = inner.function(
    rowArguments,
    `${integers}
for (let k = 0; k < n; k++, ${advance}) {
  ${readIndex}
  const to = e0 + (i < 0 ? i + axisSize : i) * axisStride;
  ${store}
}`,
  );
  code.use('row', row);
  const write = nestText(code, {
    name: 'outer',
    loops: 'loops',
    operands: places,
    inner: 1,
    body: `${callRow};`,
  });
  return code.function(
    'plan, out, index, source',
    `${unpack}\nlet bad;\n${check}\nif (bad !== undefined) return bad;\n${write}`,
  ) as ScatterRunner;
}
