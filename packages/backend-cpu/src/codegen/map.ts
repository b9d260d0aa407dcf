import type { ScalarKernel } from '@taimatsu/core/backend';
import type { MapRunner } from '../kernels/map.ts';
import { operandsRead } from '../numeric/operands.ts';
import { loadText, storeText } from './access.ts';
import { Code, type Compile } from './code.ts';
import { expressionText, paramsText } from './expression.ts';
import { nestText } from './nest.ts';

/** Elements done in one turn of a flat loop, where the expression is short. */
const UNROLL = 4;
const SHORT = 8;

/** The loop of a kernel over operands that are all contiguous. */
export function generateFlatMap(kernel: ScalarKernel, compile: Compile): MapRunner {
  const code = new Code(compile);
  const read = operandsRead(kernel.body);
  const element = (k: string, place: (start: string) => string): string => {
    const { statements, value } = expressionText(code, kernel.body, {
      load: (input, stored) => loadText(code, stored, `x${input}`, place(`i${input}`)),
      position: k,
    });
    return `{ ${statements} ${storeText(code, kernel.output, 'o', place('io'), value)} }`;
  };
  const one = element('k', (start) => `${start} + k`);
  const steps = Array.from({ length: UNROLL }, (_, step) => (step === 0 ? 'k' : `(k + ${step})`));
  // Whole buffers begin at 0: one index serves all operands, and twice as many elements go through. What is left over
  // by the turns comes first: were it last, code that replaces the running loop would be left through a slow exit.
  const several = `if (n >= ${4 * UNROLL} && (${['io', ...read.map((i) => `i${i}`)].join(' | ')}) === 0) {
  for (const rest = n % ${UNROLL}; k < rest; k++) ${element('k', () => 'k')}
  for (; k < n; k += ${UNROLL}) {
    ${steps.map((k) => element(k, () => k)).join('\n    ')}
  }
  return;
}`;
  return code.function(
    'plan, out, inputs, params',
    `${unpackText(read)}
${paramsText(kernel.params)}
const n = plan.size;
let k = 0;
${one.split('const').length <= SHORT ? several : ''}
for (; k < n; k++) ${one}`,
  ) as MapRunner;
}

/**
 * The loops of a kernel over operands with strides: one inside, and a count through the rest. The inner loop is a
 * function of its own, which the engine optimises as a whole; a loop inside others it would have to replace while it
 * runs, with less knowledge of the types.
 */
export function generateStridedMap(kernel: ScalarKernel, compile: Compile): MapRunner {
  const read = operandsRead(kernel.body);
  const names = ['o', ...read.map(String)];
  const numbers = [0, ...read.map((i) => i + 1)];
  const each = (text: (name: string, i: number) => string): string[] => names.map(text);
  const shared = ['o', ...read.map((i) => `x${i}`), ...kernel.params.map((_, i) => `p${i}`)];
  const row = new Code(compile);
  const { statements, value } = expressionText(row, kernel.body, {
    load: (input, stored) => loadText(row, stored, `x${input}`, `e${input}`),
    position: 'position',
  });
  const code = new Code(compile);
  code.use(
    'row',
    row.function(
      ['n', 'position', ...each((name) => `e${name}, u${name}`), ...shared].join(', '),
      `${each((name) => `e${name} |= 0; u${name} |= 0;`).join(' ')}
for (let k = 0; k < n; k++) {
  ${statements} ${storeText(row, kernel.output, 'o', 'eo', value)}
  ${each((name) => `e${name} = (e${name} + u${name}) | 0;`).join(' ')} ${kernel.positional ? 'position++;' : ''}
}`,
    ),
  );
  const nest = nestText(code, {
    name: 'outer',
    loops: 'plan',
    operands: names.map((name, i) => [`i${name}`, numbers[i]!] as const),
    inner: 1,
    body: `row(${['n', 'position', ...each((name) => `i${name}, u${name}`), ...shared].join(', ')}); position += n;`,
  });
  return code.function(
    'plan, out, inputs, params',
    `${unpackText(read)}
${paramsText(kernel.params)}
const last = plan.shape.length - 1, n = plan.shape[last];
${each((name, i) => `const u${name} = plan.strides[${numbers[i]}][last];`).join(' ')}
let position = 0;
${nest}`,
  ) as MapRunner;
}

/** Statements that name the operands' arrays `o`, `x0`, … and the places of their first elements `io`, `i0`, … */
export function unpackText(read: readonly number[]): string {
  const inputs = read.map(
    (i) =>
      `const b${i} = inputs[${i}].storage.buffer, x${i} = b${i}.data; let i${i} = b${i}.start + inputs[${i}].offset;`,
  );
  return ['const bo = out.storage.buffer, o = bo.data; let io = bo.start + out.offset;', ...inputs].join(
    '\n',
  );
}
