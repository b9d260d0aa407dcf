import type { ReduceKernel } from '@taimatsu/core/backend';
import { storeText } from '../access.ts';
import type { Code } from '../code.ts';
import { expressionText } from '../expression.ts';

/** Statements that store a combined value at `o[io]`, after `post`. */
export function finishText(
  code: Code,
  kernel: ReduceKernel,
  value: string,
  words?: { readonly low: string; readonly high: string },
): string {
  const { post, output } = kernel;
  if (words !== undefined && post.kind === 'load' && output === 'int64') {
    return `wo[2 * io] = ${words.low}; wo[2 * io + 1] = ${words.high};`;
  }
  const { statements, value: result } = expressionText(code, post, { load: () => value, prefix: 'post' });
  return `${statements} ${storeText(code, output, 'o', 'io', result)}`;
}
