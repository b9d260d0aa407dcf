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
  // Whole buffers begin at 0: one index serves all operands, and twice as many elements go through.
  const several = `if ((${['io', ...read.map((i) => `i${i}`)].join(' | ')}) === 0) {
  for (const whole = n & -${UNROLL}; k < whole; k += ${UNROLL}) {
    ${steps.map((k) => element(k, () => k)).join('\n    ')}
  }
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

/** The loops of a kernel over operands with strides: two inner ones, and a count through the rest. */
export function generateStridedMap(kernel: ScalarKernel, compile: Compile): MapRunner {
  const code = new Code(compile);
  const read = operandsRead(kernel.body);
  const { statements, value } = expressionText(code, kernel.body, {
    load: (input, stored) => loadText(code, stored, `x${input}`, `e${input}`),
    position: 'position',
  });
  const names = ['o', ...read.map(String)];
  const operands = names.map((name, i) => ({ name, number: i === 0 ? 0 : read[i - 1]! + 1 }));
  const each = (text: (name: string, number: number) => string): string =>
    operands.map(({ name, number }) => text(name, number)).join(' ');
  const store = storeText(code, kernel.output, 'o', 'eo', value);
  const body = nestText(code, {
    name: 'outer',
    loops: 'plan',
    operands: operands.map(({ name, number }) => [`i${name}`, number] as const),
    inner: 2,
    body: `
  ${each((name) => `let r${name} = i${name};`)}
  for (let j = 0; j < rows; j++) {
    ${each((name) => `let e${name} = r${name};`)}
    for (let k = 0; k < columns; k++) {
      ${statements} ${store}
      ${each((name) => `e${name} += u${name};`)} ${kernel.positional ? 'position++;' : ''}
    }
    ${each((name) => `r${name} += v${name};`)}
  }`,
  });
  return code.function(
    'plan, out, inputs, params',
    `${unpackText(read)}
${paramsText(kernel.params)}
if (plan.size === 0) return;
const last = plan.shape.length - 1;
const columns = plan.shape[last], rows = last > 0 ? plan.shape[last - 1] : 1;
${each((name, i) => `const u${name} = plan.strides[${i}][last], v${name} = last > 0 ? plan.strides[${i}][last - 1] : 0;`)}
let position = 0;
${body}`,
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
