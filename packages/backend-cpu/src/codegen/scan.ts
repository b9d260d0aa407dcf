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
  const value = loadText(code, stored, 'x', 'e');
  const step = arg
    ? `${stepText(code, combine, dtype)} wo[2 * p] = found; wo[2 * p + 1] = 0;`
    : `${stepText(code, combine, dtype)} ${storeText(code, output, 'o', 'p', dtype === 'float32' ? 'Math.fround(state)' : 'state')}`;
  const body = `let state = ${initialText(combine, dtype)}, found = 0;
  for (let k = 0, p = io, e = i0; k < length; k++, p += so, e += s0) {
    const v = ${own === dtype ? value : castText(code, value, own, dtype)};
    ${step}
  }`;
  const nest = nestText(code, {
    name: 'outer',
    loops: 'plan.outer',
    operands: [
      ['io', 0],
      ['i0', 1],
    ],
    inner: 0,
    body,
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
