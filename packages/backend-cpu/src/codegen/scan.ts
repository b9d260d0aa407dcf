import { type DType, dtypeInfo, type ScanCombine } from '@taimatsu/core/backend';
import type { ScanRunner } from '../kernels/scan.ts';
import { identityOf } from '../numeric/identity.ts';
import { logAddExp } from '../numeric/log-add-exp.ts';
import { loadText, storeText } from './access.ts';
import { Code, type Compile } from './code.ts';
import { applyText, castText, literalText } from './expression.ts';
import { nestText } from './nest.ts';

/** A running combination along the axis. */
export function generateScan(
  combine: ScanCombine,
  stored: DType,
  output: DType,
  compile: Compile,
): ScanRunner {
  const code = new Code(compile);
  const arg = combine === 'argmax' || combine === 'argmin';
  const own = dtypeInfo[stored].compute;
  const dtype = arg ? own : dtypeInfo[output].compute;
  const line = new Code(compile);
  const value = loadText(line, stored, 'x', 'e');
  const step = arg
    ? `${stepText(line, combine, dtype)} wo[2 * p] = found; wo[2 * p + 1] = 0;`
    : `${stepText(line, combine, dtype)} ${storeText(line, output, 'o', 'p', dtype === 'float32' ? 'Math.fround(state)' : 'state')}`;
  const body = `let state = ${initialText(combine, dtype)}, found = 0;
  for (let k = 0; k < length; k++, p = (p + so) | 0, e = (e + s0) | 0) {
    const v = ${own === dtype ? value : castText(line, value, own, dtype)};
    ${step}
  }`;
  // A function of its own, which the engine optimises as a whole.
  const args = `length, o, so, x, s0${arg ? ', wo' : ''}`;
  code.use('line', line.function(`p, e, ${args}`, `p |= 0; e |= 0; so |= 0; s0 |= 0;\n  ${body}`));
  const nest = nestText(code, {
    name: 'outer',
    loops: 'plan.outer',
    operands: [
      ['io', 0],
      ['i0', 1],
    ],
    inner: 0,
    body: `line(io, i0, ${args});`,
  });
  return code.function(
    'plan, out, input',
    `const bo = out.storage.buffer, o = bo.data; let io = bo.start + out.offset;
const b0 = input.storage.buffer, x = b0.data; let i0 = b0.start + input.offset;
${arg ? 'const wo = bo.words;' : ''}
const length = plan.length, so = plan.strides[0], s0 = plan.strides[1];
${nest}`,
  ) as ScanRunner;
}

function initialText(combine: ScanCombine, dtype: DType): string {
  if (combine === 'logaddexp') return '-Infinity';
  const plain = combine === 'argmax' ? 'max' : combine === 'argmin' ? 'min' : combine;
  return literalText(identityOf(plain, dtype));
}

function stepText(code: Code, combine: ScanCombine, dtype: DType): string {
  const float = dtype === 'float32' || dtype === 'float64';
  switch (combine) {
    case 'sum':
    case 'prod':
      // Floats go on in double; what is stored is rounded.
      return `state = ${applyText(code, combine === 'sum' ? 'add' : 'mul', float ? 'float64' : dtype, ['state', 'v'])};`;
    case 'logaddexp':
      return `state = ${code.use('logAddExp', logAddExp)}(state, v);`;
    default: {
      const better = combine === 'max' || combine === 'argmax' ? '>=' : '<=';
      return `if (v ${better} state${float ? ' || v !== v' : ''}) { state = v; found = k; }`;
    }
  }
}
