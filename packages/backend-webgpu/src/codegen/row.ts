import type { ReduceKernel, RowKernel } from '@taimatsu/core/backend';
import { identityText, joinText } from './combine.ts';
import { type ExpressionText, expressionFunction } from './expression.ts';
import { foldLanes } from './lanes.ts';
import { type Binding, elementwise, grouped, type KernelText, kernelText } from './module.ts';
import { toWord, wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

/** Invocations that share a row. */
export const ROW_LANES = 64;

export interface RowText extends KernelText {
  /** The inputs that are read, in order. */
  readonly reads: readonly number[];
}

interface Stage {
  readonly kernel: ReduceKernel;
  readonly pre: ExpressionText;
  readonly post: ExpressionText;
}

/**
 * A row program: an invocation for each row when `alone`, else a workgroup, with `subgroups` or without. Launch data: scalars; rows, length; starts of out, of
 * the inputs that are read and of the results; their nest.
 */
export function rowText(
  kernel: RowKernel,
  splat: readonly boolean[],
  rank: number,
  alone: boolean,
  subgroups: boolean,
): RowText {
  const { operands, params, saves } = kernel;
  const names = new WordNames();
  let first: WordNames | undefined = names;
  // All parts see the same scalars, which come first.
  const part = (body: RowKernel['element']['body'], name: string): ExpressionText => {
    const text = expressionFunction(body, { name, names: first ?? new WordNames(), params });
    first = undefined;
    return text;
  };
  const stages = kernel.stages.map((own, k): Stage => {
    return { kernel: own, pre: part(own.pre, `pre${k}`), post: part(own.post, `post${k}`) };
  });
  const last = part(kernel.element.body, 'last');
  const used = new Set([...stages.flatMap(({ pre }) => pre.reads), ...last.reads]);
  const reads = [...used].filter((input) => input < operands).sort((a, b) => a - b);

  const [rows, length] = [names.unsigned(), names.unsigned()];
  const places = ['out', ...reads.map((input) => `in${input}`), ...saves.map((k) => `save${k}`)];
  const starts = names.several(places.length);
  const nest = names.nest(rank, places.length);
  const bases = places.map((name) => `${name}_at`);
  const value = (input: number): string =>
    input >= operands
      ? `found${input - operands}`
      : `in${input}[in${input}_at${splat[input] === true ? '' : ' + i32(e)'}]`;
  const call = (name: string, { reads: own }: ExpressionText): string =>
    `${name}(${['i32(e)', ...own.map(value)].join(', ')})`;

  const store = (k: number): string =>
    saves.includes(k) ? `save${k}[save${k}_at] = ${toWord(`found${k}`, stages[k]!.kernel.output)};` : '';
  const finish = (k: number): string => toWord(`post${k}(0, acc)`, stages[k]!.kernel.output);
  const begin = ({ kernel: own }: Stage): string => `var acc = ${identityText(plain(own), own.pre.dtype)};`;
  const isSum = ({ kernel: own }: Stage): boolean => own.combine === 'sum';

  // Sums go by blocks, so that the error grows with the number of blocks only.
  const walk = (stage: Stage, k: number, from: string, step: number): string => {
    const one = call(`pre${k}`, stage.pre);
    if (!isSum(stage))
      return `for (var e = ${from}; e < length; e += ${step}u) { acc = join${k}(acc, ${one}); }`;
    return `for (var block = ${from}; block < length; block += ${step * 16}u) {
      var total = 0f;
      for (var e = block; e < min(block + ${step * 16}u, length); e += ${step}u) { total += ${one}; }
      acc += total;
    }`;
  };
  const locate = (
    index: string,
  ): string => `${bases.map((name, i) => `var ${name} = ${starts[i]};`).join('\n  ')}
  ${walkNest(nest, index, bases)}
  let length = ${length};`;
  const output = `out[out_at + i32(e)] = ${toWord(call('last', last), kernel.element.output)};`;

  const lonely = stages.map(
    (stage, k) => `var found${k}: f32;
  {
    ${begin(stage)}
    ${walk(stage, k, '0u', 1)}
    found${k} = ${finish(k)};
  }
  ${store(k)}`,
  );
  const shared = stages.map(
    (stage, k) => `var found${k}: f32;
  {
    ${begin(stage)}
    ${walk(stage, k, 'lane', ROW_LANES)}
    ${foldLanes(ROW_LANES, [{ variable: 'acc', shared: 'lanes' }], ([b]) => `acc = join${k}(acc, ${b});`, subgroups)}
    found${k} = ${finish(k)};
  }
  if (lane == 0u) { ${store(k)} }
  workgroupBarrier();`,
  );
  const main = alone
    ? elementwise(
        rows,
        `${locate('id')}\n  ${lonely.join('\n  ')}\n  for (var e = 0u; e < length; e++) { ${output} }`,
      )
    : `var<workgroup> lanes: array<f32, ${ROW_LANES}>;
${grouped(ROW_LANES, rows, `${locate('group')}\n  ${shared.join('\n  ')}\n  for (var e = lane; e < length; e += ${ROW_LANES}u) { ${output} }`, subgroups)}`;
  const joins = stages.map(({ kernel: own }, k) =>
    joinText(plain(own), own.pre.dtype).replaceAll('join', `join${k}`),
  );
  const bindings: Binding[] = [
    { name: 'out', type: wordType(kernel.element.output), write: true },
    ...reads.map((input): Binding => ({ name: `in${input}`, type: 'f32' })),
    ...saves.map((k): Binding => ({ name: `save${k}`, type: 'f32', write: true })),
  ];
  const functions = [...stages.flatMap(({ pre, post }) => [pre.text, post.text]), last.text, ...joins];
  return { ...kernelText(`row ${kernel.key}`, bindings, [...functions, main].join('\n')), reads };
}

function plain({ combine }: ReduceKernel): 'sum' | 'prod' | 'max' | 'min' {
  if (combine === 'argmax' || combine === 'argmin')
    throw new Error('internal invariant broken: a row program with an arg-reduction');
  return combine;
}
