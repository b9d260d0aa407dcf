import type { ReduceKernel } from '@taimatsu/core/backend';
import { unpackText } from '../map.ts';

/** True for sums of floats, which are cascaded. */
export function isFloatSum({ combine, pre }: ReduceKernel): boolean {
  return combine === 'sum' && (pre.dtype === 'float32' || pre.dtype === 'float64');
}

/** As {@link unpackText}, with int64 operands also named as words: `wo`, `w0`, … */
export function unpackReduceText(kernel: ReduceKernel, read: readonly number[]): string {
  const words = read.filter((i) => kernel.inputs[i] === 'int64').map((i) => `const w${i} = b${i}.words;`);
  if (kernel.output === 'int64') words.push('const wo = bo.words;');
  return [unpackText(read), ...words].join('\n');
}
