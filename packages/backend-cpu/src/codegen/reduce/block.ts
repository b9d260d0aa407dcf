import type { ReduceKernel } from '@taimatsu/core/backend';
import { LANES } from '../../numeric/summation.ts';
import { Code, type Compile } from '../code.ts';
import { type Accumulator, accumulatorOf, elementText } from './accumulator.ts';

/**
 * The innermost loop of a row reduction is a function of its own, called for a block at a time: the engine optimises
 * it as a whole with typed variables, which it does not when it has to replace a running loop.
 */
export interface Block {
  /** Text of a call for `n` elements from number `k` of the row on. */
  call(k: string, n: string): string;
}

/** The function that adds up a block of floats in several running sums. */
export function sumBlock(
  outer: Code,
  kernel: ReduceKernel,
  read: readonly number[],
  compile: Compile,
): Block {
  const code = new Code(compile);
  const add = (offset: number): string => {
    const { statements, value } = elementText(code, kernel.pre, (i) => laneText(i, offset));
    return `{ ${statements} lane${offset} += ${value}; }`;
  };
  const body = `let ${lanes.map((lane) => `lane${lane} = 0`).join(', ')}, k = 0;
${lanesText(read, lanes.map(add).join(' '), add(0))}
return lane0 + lane1 + (lane2 + lane3);`;
  return block(outer, code, kernel, read, body);
}

/** The function that takes a block of elements into the accumulator's slots, which are kept in arrays of one. */
export function stepBlock(
  outer: Code,
  kernel: ReduceKernel,
  read: readonly number[],
  states: readonly string[],
  arrays: readonly unknown[],
  compile: Compile,
): Block {
  const code = new Code(compile);
  const accumulator = accumulatorOf(code, kernel);
  const { slots, carry, merge } = accumulator;
  states.forEach((state, i) => {
    code.use(state, arrays[i]);
  });
  const isBool = (i: number): boolean => slots[i]!.read !== undefined;
  const body = `${slots.map(({ name, read: get }, i) => `let ${name} = ${get?.(`${states[i]}[0]`) ?? `${states[i]}[0]`};`).join(' ')}
let k = 0;
${merge === undefined ? inOrder(accumulator, read) : inLanes(accumulator, read, merge)}
${carry}
${slots.map(({ name }, i) => `${states[i]}[0] = ${isBool(i) ? `${name} ? 1 : 0` : name};`).join(' ')}`;
  return block(outer, code, kernel, read, body);
}

const lanes = Array.from({ length: LANES }, (_, lane) => lane);

function inOrder({ step }: Accumulator, read: readonly number[]): string {
  return `for (; k < n; k++, at++) { ${step((i) => `e${i}`)} ${read.map((i) => `e${i} += c${i};`).join(' ')} }`;
}

function inLanes(
  { step, slots }: Accumulator,
  read: readonly number[],
  merge: (a: string, b: string) => string,
): string {
  const steps = lanes.map((lane) => `{ ${step((i) => laneText(i, lane), `lane${lane}`)} }`).join(' ');
  return `let ${lanes.map((lane) => `lane${lane} = ${slots[0]!.initial}`).join(', ')};
${lanesText(
  read,
  steps,
  step((i) => `e${i}`),
)}
${lanes.map((lane) => `sum = ${merge('sum', `lane${lane}`)};`).join(' ')}`;
}

/** Loops that do `several` for as many elements as there are lanes, then `one` for each that is left. */
function lanesText(read: readonly number[], several: string, one: string): string {
  const advance = (by: string): string => read.map((i) => `e${i} = (e${i} + c${i}${by}) | 0;`).join(' ');
  return `for (const whole = n & -${LANES}; k < whole; k += ${LANES}) { ${several} ${advance(`x${LANES}`)} }
for (; k < n; k++) { ${one} ${advance('')} }`;
}

/** Text of the place of the element `lane` steps on. */
function laneText(input: number, lane: number): string {
  return lane === 0 ? `e${input}` : `(e${input} + c${input}${lane === 1 ? '' : `x${lane}`}) | 0`;
}

function block(outer: Code, code: Code, kernel: ReduceKernel, read: readonly number[], body: string): Block {
  const words = read.filter((i) => kernel.inputs[i] === 'int64').map((i) => `w${i}`);
  const constants = [...read.map((i) => `x${i}, c${i}`), ...words, ...kernel.params.map((_, i) => `p${i}`)];
  const places = read.map((i) => `e${i}`);
  const multiples = read.map(
    (i) =>
      `e${i} |= 0; c${i} |= 0; const c${i}x2 = (2 * c${i}) | 0, c${i}x3 = (3 * c${i}) | 0, c${i}x4 = (4 * c${i}) | 0;`,
  );
  const args = ['n', 'at', ...places, ...constants].join(', ');
  outer.use('block', code.function(args, `n |= 0;\n${multiples.join('\n')}\n${body}`));
  return {
    call: (k, n) =>
      `block(${[n, `at + ${k}`, ...read.map((i) => `r${i} + ${k} * c${i}`), ...constants].join(', ')})`,
  };
}
