import { type DType, type ReduceKernel, shaderDType } from '@taimatsu/core/backend';
import { betterText, identityText, joinText } from './combine.ts';
import { expressionFunction } from './expression.ts';
import { foldLanes } from './lanes.ts';
import { type Binding, elementwise, grouped, type KernelText, kernelText } from './module.ts';
import { fromWord, toWord, wordType } from './types.ts';
import { vectorFunction } from './vector-ops.ts';
import { WordNames, walkNest } from './words.ts';

/** Invocations that share a result. */
export const REDUCE_LANES = 64;

/**
 * How a reduction is done.
 *
 * - `each`: an invocation for each result
 * - `group`: a workgroup for each result
 * - `part`: a workgroup for each part of a result, which is left in scratch memory
 * - `rest`: a workgroup for each result, from the parts
 */
export type ReduceClass = 'each' | 'group' | 'part' | 'rest';

export interface ReduceText extends KernelText {
  /** The inputs that are read, in order. */
  readonly reads: readonly number[];
}

/** In which dtype the elements of a reduction are put together: words of it are the accumulators. */
export function accumulated(kernel: ReduceKernel): 'f32' | 'i32' {
  return shaderDType(kernel.pre.dtype) === 'float32' ? 'f32' : 'i32';
}

export const isArg = (kernel: ReduceKernel): boolean =>
  kernel.combine === 'argmax' || kernel.combine === 'argmin';

/** What the text of a reduction depends on besides its kernel. */
export interface ReduceLayout {
  readonly as: ReduceClass;
  readonly outerRank: number;
  readonly innerRank: number;
  /** Parts have an invocation each instead of a workgroup: on a processor, barriers cost more than they give. */
  readonly alone: boolean;
  /** Whether the device has subgroups. */
  readonly subgroups: boolean;
  /** Elements are read four at a time: all inputs lie contiguously along one inner loop, and lengths and places are multiples of four. */
  readonly wide: boolean;
}

/**
 * The text of a reduction; launch data is scalars, sizes, starts, outer nest, inner nest. Lengths are in fours where it is wide. Undefined
 * for one that is to be wide and has no form for four.
 */
export function reduceText(
  kernel: ReduceKernel,
  { as, outerRank, innerRank, alone, subgroups, wide }: ReduceLayout,
): ReduceText | undefined {
  const names = new WordNames();
  const options = { name: 'pre', names, params: kernel.params };
  const pre = wide
    ? vectorFunction(kernel.pre, kernel.pre.dtype, options)
    : expressionFunction(kernel.pre, options);
  if (pre === undefined) return undefined;
  const post = expressionFunction(kernel.post, {
    name: 'post',
    names: new WordNames(),
    params: kernel.params,
  });
  const arg = isArg(kernel);
  const type = accumulated(kernel);
  const dtype = kernel.pre.dtype;
  const reads = as === 'rest' ? [] : pre.reads;

  const results = names.unsigned();
  const length = names.unsigned();
  const parts = names.unsigned();
  const starts = names.several(reads.length + 1);
  const outer = names.nest(outerRank, reads.length + 1);
  const inner = names.nest(innerRank, reads.length);
  const bases = ['out_at', ...reads.map((input) => `base${input}`)];
  const places = reads.map((input) => `at${input}`);

  const element = wide
    ? `fn element(k: u32, ${reads.map((input) => `base${input}: i32`).join(', ')}) -> vec4<${type}> {
  return pre(${['0', ...reads.map((input) => `in${input}[(u32(base${input}) >> 2u) + k]`)].join(', ')});
}
fn join4(a: vec4<${type}>, b: vec4<${type}>) -> vec4<${type}> {
  return vec4<${type}>(join(a.x, b.x), join(a.y, b.y), join(a.z, b.z), join(a.w, b.w));
}`
    : `fn element(k: u32, ${reads.map((input) => `base${input}: i32`).join(', ')}) -> ${type} {
  ${reads.map((input) => `var at${input} = base${input};`).join('\n  ')}
  ${walkNest(inner, 'k', places)}
  return ${accumulator(`pre(${['0', ...reads.map((input) => `in${input}[at${input}]`)].join(', ')})`, dtype)};
}`;
  const taken =
    as === 'rest' ? 'value_parts[group * parts + k]' : `element(${['k', ...bases.slice(1)].join(', ')})`;
  const place = as === 'rest' ? 'place_parts[group * parts + k]' : 'i32(k)';
  const join = arg
    ? betterText(kernel.combine === 'argmax' ? 'max' : 'min', dtype, 'first')
    : joinText(plain(kernel), dtype);
  const identity = arg ? `${type}(0)` : identityText(plain(kernel), dtype);
  const take = arg
    ? `let x = ${taken};
      let place = ${place};
      if (found < 0 || better(acc, found, x, place)) { acc = x; found = place; }`
    : wide
      ? `acc4 = join4(acc4, ${taken});`
      : `acc = join(acc, ${taken});`;
  const begin = wide
    ? `var acc4 = vec4<${type}>(${identity});`
    : `var acc = ${identity};${arg ? '\n  var found = -1i;' : ''}`;
  const [running, none] = wide ? ['acc4', `vec4<${type}>(0)`] : ['acc', '0f'];
  const end = wide ? 'var acc = join(join(acc4.x, acc4.y), join(acc4.z, acc4.w));' : '';
  const locate = (
    index: string,
  ): string => `${bases.map((name, i) => `var ${name} = ${starts[i]};`).join('\n  ')}
  ${walkNest(outer, index, bases)}`;
  const store = `out[out_at] = ${toWord(`post(0, ${arg ? 'found' : finished(dtype)})`, kernel.output)};`;

  // Sums go by blocks, so that the error grows with the number of blocks only.
  const blocks = kernel.combine === 'sum' && type === 'f32';
  let main: string;
  const walk = (first: string, last: string): string =>
    blocks
      ? `for (var block = ${first}; block < ${last}; block += 32u) {
    var total = ${none};
    for (var k = block; k < min(block + 32u, ${last}); k++) { total += ${taken}; }
    ${running} += total;
  }`
      : `for (var k = ${first}; k < ${last}; k++) { ${take} }`;
  const range = `let result = group / ${parts};
  let share = (${length} + ${parts} - 1u) / ${parts};
  let first = (group % ${parts}) * share;
  let end = min(first + share, ${length});`;
  const leave = `value_parts[group] = acc;${arg ? ' place_parts[group] = found;' : ''}`;
  if (as === 'each') {
    main = elementwise(results, `${locate('id')}\n  ${begin}\n  ${walk('0u', length)}\n  ${end}\n  ${store}`);
  } else if (as === 'part' && alone) {
    main = elementwise(
      `(${results} * ${parts})`,
      `let group = id;
  ${range}
  ${locate('result')}
  ${begin}
  ${walk('first', 'end')}
  ${end}
  ${leave}`,
    );
  } else {
    const count = as === 'part' ? `(${results} * ${parts})` : results;
    const result = as === 'part' ? 'result' : 'group';
    const own =
      as === 'part'
        ? range
        : as === 'rest'
          ? `let parts = ${parts};\n  let first = 0u;\n  let end = parts;`
          : `let first = 0u;\n  let end = ${length};`;
    const loop = blocks
      ? `for (var block = first + lane; block < end; block += ${REDUCE_LANES * 8}u) {
    var total = ${none};
    for (var k = block; k < min(block + ${REDUCE_LANES * 8}u, end); k += ${REDUCE_LANES}u) { total += ${taken}; }
    ${running} += total;
  }`
      : `for (var k = first + lane; k < end; k += ${REDUCE_LANES}u) { ${take} }`;
    const fold = arg
      ? foldLanes(
          REDUCE_LANES,
          [
            { variable: 'acc', shared: 'value_lanes' },
            { variable: 'found', shared: 'place_lanes' },
          ],
          ([b, j]) =>
            `if (${j} >= 0 && (found < 0 || better(acc, found, ${b}, ${j}))) { acc = ${b}; found = ${j}; }`,
          subgroups,
        )
      : foldLanes(
          REDUCE_LANES,
          [{ variable: 'acc', shared: 'value_lanes' }],
          ([b]) => `acc = join(acc, ${b});`,
          subgroups,
        );
    const last = as === 'part' ? leave : store;
    main = `var<workgroup> value_lanes: array<${type}, ${REDUCE_LANES}>;
${arg ? `var<workgroup> place_lanes: array<i32, ${REDUCE_LANES}>;` : ''}
${grouped(
  REDUCE_LANES,
  count,
  `${own}
  ${locate(result)}
  ${begin}
  ${loop}
  ${end}
  ${fold}
  if (lane == 0u) { ${last} }`,
  subgroups,
)}`;
  }

  const bindings: Binding[] = [];
  if (as === 'part' || as === 'rest') {
    bindings.push({ name: 'value_parts', type, write: as === 'part' });
    if (arg) bindings.push({ name: 'place_parts', type: 'i32', write: as === 'part' });
  }
  if (as !== 'part') bindings.push({ name: 'out', type: wordType(kernel.output), write: true });
  for (const input of reads) {
    const word = wordType(kernel.inputs[input]!);
    bindings.push({ name: `in${input}`, type: wide ? `vec4<${word}>` : word });
  }
  const functions = [join, as === 'rest' ? '' : `${pre.text}\n${element}`, as === 'part' ? '' : post.text];
  return { ...kernelText(`reduce ${kernel.key}`, bindings, [...functions, main].join('\n')), reads };
}

function plain({ combine }: ReduceKernel): 'sum' | 'prod' | 'max' | 'min' {
  return combine === 'argmax' ? 'max' : combine === 'argmin' ? 'min' : combine;
}

/** A value as an accumulator. */
function accumulator(value: string, dtype: DType): string {
  return dtype === 'bool' ? `select(0i, 1i, ${value})` : value;
}

/** The accumulator as the word that `post` reads: narrow integers wrapped, sums of truths as truth. */
function finished(dtype: DType): string {
  switch (dtype) {
    case 'uint8':
      return '(acc & 255)';
    case 'int8':
      return '((acc << 24u) >> 24u)';
    case 'int16':
      return '((acc << 16u) >> 16u)';
    case 'bool':
      return `select(0i, 1i, ${fromWord('acc', 'bool')})`;
    default:
      return 'acc';
  }
}
