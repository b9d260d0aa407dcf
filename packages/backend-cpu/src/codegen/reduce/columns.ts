import type { ReduceKernel } from '@taimatsu/core/backend';
import type { ReduceRunner } from '../../kernels/reduce.ts';
import { operandsRead } from '../../numeric/operands.ts';
import { COLUMN_BLOCK } from '../../numeric/summation.ts';
import { Code, type Compile } from '../code.ts';
import { paramsText } from '../expression.ts';
import { nestText } from '../nest.ts';
import { accumulatorOf, elementText } from './accumulator.ts';
import { finishText } from './finish.ts';
import { isFloatSum, unpackReduceText } from './shared.ts';

/** Columns that are reduced side by side. */
const TILE = 512;

/** A reduction that reads memory row by row and combines many results at once. */
export function generateColumns(kernel: ReduceKernel, compile: Compile): ReduceRunner {
  const code = new Code(compile);
  const read = operandsRead(kernel.pre);
  const { begin, element, afterRow, end } = isFloatSum(kernel)
    ? cascadeText(code, kernel)
    : stepsText(code, kernel);
  const each = (text: (input: number) => string): string => read.map(text).join(' ');
  const inner = nestText(code, {
    name: 'inner',
    loops: 'plan.inner',
    operands: read.map((i) => [`r${i}`, i] as const),
    inner: 0,
    body: `${each((i) => `let e${i} = r${i};`)}
      for (let c = 0; c < width; c++) { ${element} ${each((i) => `e${i} += d${i};`)} }
      ${afterRow}`,
  });
  const outer = nestText(code, {
    name: 'outer',
    loops: 'plan.outer',
    operands: [['po', 0] as const, ...read.map((i) => [`i${i}`, i + 1] as const)],
    inner: 1,
    body: `for (let first = 0; first < columns; first += ${TILE}) {
      const width = columns - first < ${TILE} ? columns - first : ${TILE};
      ${each((i) => `let r${i} = i${i} + first * d${i};`)}
      ${begin} ${inner}
      io = po + first * dout;
      for (let c = 0; c < width; c++, io += dout) { ${end} }
    }`,
  });
  return code.function(
    'plan, out, inputs, params',
    `${unpackReduceText(kernel, read)}
${paramsText(kernel.params)}
const last = plan.outer.shape.length - 1, columns = plan.outer.shape[last], dout = plan.outer.strides[0][last];
${each((i) => `const d${i} = plan.outer.strides[${i + 1}][last];`)}
let po = io;
${outer}`,
  ) as ReduceRunner;
}

interface Parts {
  readonly begin: string;
  readonly element: string;
  readonly afterRow: string;
  readonly end: string;
}

function cascadeText(code: Code, kernel: ReduceKernel): Parts {
  const sums = code.use('sums', new Float64Array(TILE));
  const parts = code.use('parts', new Float64Array(TILE * 32));
  const { statements, value } = elementText(code, kernel.pre, (i) => `e${i}`);
  const flush = `{
        let level = 0;
        for (let c = blocks++; c & 1; c >>= 1, level++) {
          for (let j = 0, p = level * ${TILE}; j < width; j++) ${sums}[j] = ${parts}[p + j] + ${sums}[j];
        }
        for (let j = 0, p = level * ${TILE}; j < width; j++) { ${parts}[p + j] = ${sums}[j]; ${sums}[j] = 0; }
        filled = 0;
      }`;
  return {
    begin: `${sums}.fill(0, 0, width); let blocks = 0, filled = 0;`,
    element: `${statements} ${sums}[c] += ${value};`,
    afterRow: `if (++filled === ${COLUMN_BLOCK}) ${flush}`,
    // The unfinished block joins as a whole one would: it is carried up through the levels that are full.
    end: `let total = 0, level = 0, taken = blocks;
        if (filled !== 0) {
          total = ${sums}[c];
          for (let q = blocks; q & 1; q >>= 1) total = ${parts}[c + level++ * ${TILE}] + total;
          level++;
          taken = (blocks + 1) >> level;
        }
        for (; taken > 0; level++, taken >>= 1) if (taken & 1) total += ${parts}[c + level * ${TILE}];
        ${finishText(code, kernel, kernel.pre.dtype === 'float32' ? 'Math.fround(total)' : 'total')}`,
  };
}

function stepsText(code: Code, kernel: ReduceKernel): Parts {
  const { slots, step, value, words } = accumulatorOf(code, kernel);
  const arrays = slots.map(({ name, array }) => code.use(`${name}s`, new array(TILE)));
  const read = slots
    .map((slot, i) => `let ${slot.name} = ${slot.read?.(`${arrays[i]}[c]`) ?? `${arrays[i]}[c]`};`)
    .join(' ');
  const isBool = (i: number): boolean => slots[i]!.read !== undefined;
  const write = slots
    .map(({ name }, i) => `${arrays[i]}[c] = ${isBool(i) ? `${name} ? 1 : 0` : name};`)
    .join(' ');
  const initial = slots.map(
    ({ initial: text }, i) => `${arrays[i]}.fill(${isBool(i) ? `${text} ? 1 : 0` : text}, 0, width);`,
  );
  return {
    begin: `${initial.join(' ')} let at = 0;`,
    element: `${read} ${step((i) => `e${i}`)} ${write}`,
    afterRow: 'at++;',
    end: `${read} ${finishText(code, kernel, value, words)}`,
  };
}
