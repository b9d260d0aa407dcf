import type { ScalarKernel } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { elementwise, type KernelText, kernelText } from './module.ts';
import { toWord, wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

/** Which inputs are in the output's own buffer, as bits: they are read through the output's binding. */
export type Shared = number;

export interface MapText extends KernelText {
  /** The inputs that have a binding of their own, in order. */
  readonly bound: readonly number[];
  /** The inputs that are read, in order: whose strides and offsets are launch data. */
  readonly reads: readonly number[];
}

/** Any operands, walked by a nest of `rank` loops. */
export function stridedMapText(kernel: ScalarKernel, shared: Shared, rank: number): MapText {
  const names = new WordNames();
  const { reads, text } = expressionFunction(kernel.body, { name: 'value', names, params: kernel.params });
  const isShared = (input: number): boolean => (shared & (1 << input)) !== 0;
  const bound = reads.filter((input) => !isShared(input));
  const size = names.unsigned();
  const starts = names.several(reads.length + 1);
  const nest = names.nest(rank, reads.length + 1);
  const variables = ['at', ...reads.map((input) => `at${input}`)];
  const loaded = reads.map((input) => `${isShared(input) ? 'out' : `in${input}`}[at${input}]`);
  const value = `value(${['i32(id)', ...loaded].join(', ')})`;
  const main = elementwise(
    size,
    `${variables.map((name, i) => `var ${name} = ${starts[i]};`).join('\n  ')}
  ${walkNest(nest, 'id', variables)}
  out[at] = ${toWord(value, kernel.output)};`,
  );
  const bindings = [
    { name: 'out', type: wordType(kernel.output), write: true },
    ...bound.map((input) => ({ name: `in${input}`, type: wordType(kernel.inputs[input]!) })),
  ];
  return { ...kernelText(`map ${kernel.key}`, bindings, `${text}\n${main}`), bound, reads };
}
