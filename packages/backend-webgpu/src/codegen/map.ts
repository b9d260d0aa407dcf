import type { ScalarKernel } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { elementwise, type KernelText, kernelText } from './module.ts';
import { toWord, wordType } from './types.ts';
import { vectorFunction } from './vector-ops.ts';
import { WordNames, walkNest } from './words.ts';

/** Which inputs are in the output's own buffer, as bits: they are read through the output's binding. */
export type Shared = number;

export interface MapText extends KernelText {
  /** The inputs that have a binding of their own, in order. */
  readonly bound: readonly number[];
  /** The inputs that are read, in order: whose strides and offsets are launch data. */
  readonly reads: readonly number[];
}

/** Four neighbours to each invocation, of contiguous operands that begin at multiples of four. */
export function flatMapText(kernel: ScalarKernel, shared: Shared): MapText {
  return mapText(
    kernel,
    shared,
    (names, reads, source, value, whole) => {
      const size = names.unsigned();
      const outAt = names.unsigned();
      const loads = reads.map((input) => `let w${input} = ${source(input)}[id + ${names.unsigned()}];`);
      const type = wordType(kernel.output);
      // The loop's end is not a constant, so that compilers keep it a loop: what has no vector form is long.
      const result = whole
        ? `let r = ${value('i32(id * 4u)', (input) => `w${input}`)};`
        : `var r = vec4<${type}>(0);
  for (var k = 0u; k < min(left, 4u); k++) { r[k] = ${toWord(
    value('i32(id * 4u + k)', (input) => `w${input}[k]`),
    kernel.output,
  )}; }`;
      return elementwise(
        `((${size} + 3u) / 4u)`,
        `${loads.join('\n  ')}
  let left = ${size} - id * 4u;
  ${result}
  if (left < 4u) { out[id + ${outAt}] = select(out[id + ${outAt}], r, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left)); } else {
  out[id + ${outAt}] = r; }`,
      );
    },
    true,
  );
}

/** Any operands, walked by a nest of `rank` loops. */
export function stridedMapText(kernel: ScalarKernel, shared: Shared, rank: number): MapText {
  return mapText(kernel, shared, (names, reads, source, value) => {
    const size = names.unsigned();
    const starts = names.several(reads.length + 1);
    const nest = names.nest(rank, reads.length + 1);
    const variables = ['at', ...reads.map((input) => `at${input}`)];
    return elementwise(
      size,
      `${variables.map((name, i) => `var ${name} = ${starts[i]};`).join('\n  ')}
  ${walkNest(nest, 'id', variables)}
  out[at] = ${toWord(
    value('i32(id)', (input) => `${source(input)}[at${input}]`),
    kernel.output,
  )};`,
    );
  });
}

type Body = (
  names: WordNames,
  reads: readonly number[],
  source: (input: number) => string,
  value: (position: string, word: (input: number) => string) => string,
  /** True when `value` is of four words at once. */
  whole: boolean,
) => string;

function mapText(kernel: ScalarKernel, shared: Shared, body: Body, wide = false): MapText {
  const names = new WordNames();
  const options = { name: 'value', names, params: kernel.params };
  const vector = wide ? vectorFunction(kernel.body, kernel.output, options) : undefined;
  const { reads, text } = vector ?? expressionFunction(kernel.body, options);
  const isShared = (input: number): boolean => (shared & (1 << input)) !== 0;
  const bound = reads.filter((input) => !isShared(input));
  const source = (input: number): string => (isShared(input) ? 'out' : `in${input}`);
  const main = body(
    names,
    reads,
    source,
    (position, word) => `value(${[position, ...reads.map(word)].join(', ')})`,
    vector !== undefined,
  );
  const type = (dtype: ScalarKernel['output']): 'f32' | 'i32' | 'vec4<f32>' | 'vec4<i32>' =>
    wide ? `vec4<${wordType(dtype)}>` : wordType(dtype);
  const bindings = [
    { name: 'out', type: type(kernel.output), write: true },
    ...bound.map((input) => ({ name: `in${input}`, type: type(kernel.inputs[input]!) })),
  ];
  return { ...kernelText(`map ${kernel.key}`, bindings, `${text}\n${main}`), bound, reads };
}
