import type { ReduceKernel } from '@taimatsu/core/backend';
import type { ReduceRunner } from '../../kernels/reduce.ts';
import { operandsRead } from '../../numeric/operands.ts';
import { LANES, ROW_BLOCK } from '../../numeric/summation.ts';
import { Code, type Compile } from '../code.ts';
import { paramsText } from '../expression.ts';
import { nestText } from '../nest.ts';
import { type Accumulator, accumulatorOf, elementText } from './accumulator.ts';
import { finishText } from './finish.ts';
import { isFloatSum, unpackReduceText } from './shared.ts';

/** A reduction that finishes one result after another. */
export function generateRows(kernel: ReduceKernel, compile: Compile): ReduceRunner {
  const code = new Code(compile);
  const read = operandsRead(kernel.pre);
  const each = (text: (input: number) => string): string => read.map(text).join(' ');
  const [begin, row, end] = isFloatSum(kernel)
    ? cascadeText(code, kernel, read)
    : stepsText(code, kernel, read);
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
    body: `${begin} ${each((i) => `let r${i} = i${i};`)} ${inner} ${end}`,
  });
  return code.function(
    'plan, out, inputs, params',
    `${unpackReduceText(kernel, read)}
${paramsText(kernel.params)}
const last = plan.inner.shape.length - 1, n = plan.inner.shape[last];
${each((i) => `const c${i} = plan.inner.strides[${i}][last], c${i}x2 = 2 * c${i}, c${i}x3 = 3 * c${i}, c${i}x4 = 4 * c${i};`)}
${outer}`,
  ) as ReduceRunner;
}

/** Text of the place of the element `lane` steps on. */
function laneText(input: number, lane: number): string {
  return lane === 0 ? `e${input}` : `e${input} + c${input}${lane === 1 ? '' : `x${lane}`}`;
}

type Parts = readonly [begin: string, row: string, end: string];

/** Blocks of several running sums side by side; their totals are put together as a binary counter carries. */
function cascadeText(code: Code, kernel: ReduceKernel, read: readonly number[]): Parts {
  const parts = code.use('parts', new Float64Array(64));
  const add = (lane: number, offset: number): string => {
    const { statements, value } = elementText(code, kernel.pre, (i) => laneText(i, offset));
    return `{ ${statements} lane${lane} += ${value}; }`;
  };
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const advance = (by: string): string => read.map((i) => `e${i} += c${i}${by};`).join(' ');
  return [
    'let blocks = 0;',
    `${read.map((i) => `let e${i} = r${i};`).join(' ')}
    for (let k = 0; k < n; k += ${ROW_BLOCK}) {
      const length = n - k < ${ROW_BLOCK} ? n - k : ${ROW_BLOCK}, whole = length & -${LANES};
      let ${lanes.map((lane) => `lane${lane} = 0`).join(', ')}, l = 0;
      for (; l < whole; l += ${LANES}) { ${lanes.map((lane) => add(lane, lane)).join(' ')} ${advance(`x${LANES}`)} }
      for (; l < length; l++) { ${add(0, 0)} ${advance('')} }
      let sum = lane0 + lane1 + (lane2 + lane3), level = 0;
      for (let c = blocks++; c & 1; c >>= 1) sum = ${parts}[level++] + sum;
      ${parts}[level] = sum;
    }`,
    `let total = 0;
    for (let level = 0, c = blocks; c > 0; level++, c >>= 1) if (c & 1) total += ${parts}[level];
    ${finishText(code, kernel, kernel.pre.dtype === 'float32' ? 'Math.fround(total)' : 'total')}`,
  ];
}

function stepsText(code: Code, kernel: ReduceKernel, read: readonly number[]): Parts {
  const accumulator = accumulatorOf(code, kernel);
  const { slots, value, words } = accumulator;
  const variables = slots.map(({ name, initial }) => `${name} = ${initial}`).join(', ');
  const places = read.map((i) => `let e${i} = r${i};`).join(' ');
  const row = accumulator.merge === undefined ? inOrder(accumulator, read) : inLanes(accumulator, read);
  return [`let ${variables}, at = 0;`, `${places} ${row}`, finishText(code, kernel, value, words)];
}

function inOrder({ step, room, carry }: Accumulator, read: readonly number[]): string {
  const advance = read.map((i) => `e${i} += c${i};`).join(' ');
  const loop = (from: string, to: string): string =>
    `for (let k = ${from}; k < ${to}; k++, at++) { ${step((i) => `e${i}`)} ${advance} }`;
  if (!Number.isFinite(room)) return loop('0', 'n');
  return `for (let first = 0; first < n; first += ${room}) {
      const end = n - first < ${room} ? n : first + ${room};
      ${loop('first', 'end')} ${carry}
    }`;
}

function inLanes({ step, slots, merge }: Accumulator, read: readonly number[]): string {
  const lanes = Array.from({ length: LANES }, (_, lane) => `lane${lane}`);
  const steps = lanes.map((lane, l) => `{ ${step((i) => laneText(i, l), lane)} }`);
  const advance = (by: string): string => read.map((i) => `e${i} += c${i}${by};`).join(' ');
  return `let ${lanes.map((lane) => `${lane} = ${slots[0]!.initial}`).join(', ')}, k = 0;
    for (const whole = n - (n % ${LANES}); k < whole; k += ${LANES}) { ${steps.join(' ')} ${advance(`x${LANES}`)} }
    for (; k < n; k++) { ${step((i) => `e${i}`)} ${advance('')} }
    ${lanes.map((lane) => `sum = ${merge!('sum', lane)};`).join(' ')}`;
}
