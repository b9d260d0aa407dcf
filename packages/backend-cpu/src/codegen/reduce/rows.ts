import type { ReduceKernel } from '@taimatsu/core/backend';
import type { ReduceRunner } from '../../kernels/reduce.ts';
import { operandsRead } from '../../numeric/operands.ts';
import { ROW_BLOCK } from '../../numeric/summation.ts';
import { Code, type Compile } from '../code.ts';
import { paramsText } from '../expression.ts';
import { nestText } from '../nest.ts';
import { accumulatorOf } from './accumulator.ts';
import { stepBlock, sumBlock } from './block.ts';
import { finishText } from './finish.ts';
import { isFloatSum, unpackReduceText } from './shared.ts';

/** Elements that are taken in by one call of the innermost loop, where their number is free. */
const STEP_BLOCK = 2048;

/** A reduction that finishes one result after another. */
export function generateRows(kernel: ReduceKernel, compile: Compile): ReduceRunner {
  const code = new Code(compile);
  const read = operandsRead(kernel.pre);
  const each = (text: (input: number) => string): string => read.map(text).join(' ');
  const { begin, row, end } = isFloatSum(kernel)
    ? cascadeText(code, kernel, read, compile)
    : stepsText(code, kernel, read, compile);
  const inner = nestText(code, {
    name: 'inner',
    loops: 'plan.inner',
    operands: read.map((i) => [`r${i}`, i] as const),
    inner: 1,
    body: row,
  });
  const outer = nestText(code, {
    name: 'outer',
    loops: 'plan.outer',
    operands: [['io', 0] as const, ...read.map((i) => [`i${i}`, i + 1] as const)],
    inner: 0,
    body: `let at = 0; ${begin} ${each((i) => `let r${i} = i${i};`)} ${inner} ${end}`,
  });
  return code.function(
    'plan, out, inputs, params',
    `${unpackReduceText(kernel, read)}
${paramsText(kernel.params)}
const last = plan.inner.shape.length - 1, n = plan.inner.shape[last];
${each((i) => `const c${i} = plan.inner.strides[${i}][last];`)}
${outer}`,
  ) as ReduceRunner;
}

interface Parts {
  readonly begin: string;
  readonly row: string;
  readonly end: string;
}

/** Blocks of several running sums side by side; their totals are put together as a binary counter carries. */
function cascadeText(code: Code, kernel: ReduceKernel, read: readonly number[], compile: Compile): Parts {
  const parts = code.use('parts', new Float64Array(64));
  const { call } = sumBlock(code, kernel, read, compile);
  return {
    begin: 'let blocks = 0;',
    row: `for (let k = 0; k < n; k += ${ROW_BLOCK}) {
      let sum = ${call('k', `n - k < ${ROW_BLOCK} ? n - k : ${ROW_BLOCK}`)}, level = 0;
      for (let c = blocks++; c & 1; c >>= 1) sum = ${parts}[level++] + sum;
      ${parts}[level] = sum;
    }`,
    end: `let total = 0;
    for (let level = 0, c = blocks; c > 0; level++, c >>= 1) if (c & 1) total += ${parts}[level];
    ${finishText(code, kernel, kernel.pre.dtype === 'float32' ? 'Math.fround(total)' : 'total')}`,
  };
}

function stepsText(code: Code, kernel: ReduceKernel, read: readonly number[], compile: Compile): Parts {
  const { slots, value, words } = accumulatorOf(code, kernel);
  const arrays = slots.map(({ array }) => new array(1));
  const states = slots.map(({ name }, i) => code.use(`${name}s`, arrays[i]));
  const { call } = stepBlock(code, kernel, read, states, arrays, compile);
  const begin = slots.map(
    (slot, i) => `${states[i]}[0] = ${slot.read === undefined ? slot.initial : `${slot.initial} ? 1 : 0`};`,
  );
  const ends = slots.map(
    (slot, i) => `const ${slot.name} = ${slot.read?.(`${states[i]}[0]`) ?? `${states[i]}[0]`};`,
  );
  return {
    begin: begin.join(' '),
    row: `for (let k = 0; k < n; k += ${STEP_BLOCK}) ${call('k', `n - k < ${STEP_BLOCK} ? n - k : ${STEP_BLOCK}`)};
    at += n;`,
    end: `${ends.join(' ')} ${finishText(code, kernel, value, words)}`,
  };
}
