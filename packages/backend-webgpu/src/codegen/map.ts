import type { ScalarKernel } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { type Binding, elementwise, type KernelText, kernelText } from './module.ts';
import { toWord, wordType } from './types.ts';
import { vectorFunction } from './vector-ops.ts';
import { WordNames, walkNest } from './words.ts';

/** Inputs as bits. */
export type Inputs = number;

export interface MapText extends KernelText {
  /** The inputs that have a binding of their own, in order. */
  readonly bound: readonly number[];
  /** The inputs that are read, in order: whose strides and offsets are launch data. */
  readonly reads: readonly number[];
}

const has = (inputs: Inputs, input: number): boolean => (inputs & (1 << input)) !== 0;

/**
 * Any operands, walked by a nest of `rank` loops. Inputs in `shared` are in the output's own buffer and read through its binding.
 *
 * Launch data: scalars, how many invocations there is something for, starts, the nest.
 */
export function stridedMapText(kernel: ScalarKernel, shared: Inputs, rank: number): MapText {
  const names = new WordNames();
  const { reads, text } = expressionFunction(kernel.body, { name: 'value', names, params: kernel.params });
  const loaded = reads.map((input) => `${source(shared, input)}[at${input}]`);
  const value = `value(${['i32(id)', ...loaded].join(', ')})`;
  const body = walked(names, rank, reads, `out[at] = ${toWord(value, kernel.output)};`);
  return mapText(kernel, shared, reads, `${text}\n${body}`, wordType);
}

/**
 * As {@link stridedMapText}, four neighbours along the last loop to each invocation: there, operands are contiguous and begin at multiples of
 * four, or are one element that is `repeated`. The last loop counts by fours. Undefined where the expression has no form for four.
 */
export function wideMapText(
  kernel: ScalarKernel,
  shared: Inputs,
  rank: number,
  repeated: Inputs,
): MapText | undefined {
  const names = new WordNames();
  const options = { name: 'value', names, params: kernel.params };
  const vector = vectorFunction(kernel.body, kernel.output, options);
  if (vector === undefined) return undefined;
  const { reads, text } = vector;
  const loaded = reads.map((input) => {
    const from = `${source(shared, input)}[at${input} >> 2u]`;
    return has(repeated, input) ? `vec4<${wordType(kernel.inputs[input]!)}>(${from}[at${input} & 3])` : from;
  });
  const value = `value(${['i32(id * 4u)', ...loaded].join(', ')})`;
  const body = walked(names, rank, reads, `out[at >> 2u] = ${value};`);
  return mapText(kernel, shared, reads, `${text}\n${body}`, (dtype) => `vec4<${wordType(dtype)}>`);
}

const source = (shared: Inputs, input: number): string => (has(shared, input) ? 'out' : `in${input}`);

/** Runs `then` with the places `at`, `at0`, … of each position. */
function walked(names: WordNames, rank: number, reads: readonly number[], then: string): string {
  const size = names.unsigned();
  const starts = names.several(reads.length + 1);
  const nest = names.nest(rank, reads.length + 1);
  const variables = ['at', ...reads.map((input) => `at${input}`)];
  return elementwise(
    size,
    `${variables.map((name, i) => `var ${name} = ${starts[i]};`).join('\n  ')}
  ${walkNest(nest, 'id', variables)}
  ${then}`,
  );
}

function mapText(
  kernel: ScalarKernel,
  shared: Inputs,
  reads: readonly number[],
  body: string,
  type: (dtype: ScalarKernel['output']) => Binding['type'],
): MapText {
  const bound = reads.filter((input) => !has(shared, input));
  const bindings = [
    { name: 'out', type: type(kernel.output), write: true },
    ...bound.map((input) => ({ name: `in${input}`, type: type(kernel.inputs[input]!) })),
  ];
  return { ...kernelText(`map ${kernel.key}`, bindings, body), bound, reads };
}
