import type { DType, ScalarKernel } from '@taimatsu/core/backend';
import { type ExpressionText, expressionFunction } from './expression.ts';
import { type Binding, elementwise, type KernelText, kernelText } from './module.ts';
import type { Along } from './operand-blocks.ts';
import { narrowed, toWord, type WordType, wordType } from './types.ts';
import { type NestNames, WordNames, walkNest } from './words.ts';

/**
 * How a product is cut.
 *
 * - `tiled`: a workgroup makes `rows` × `columns` of it from tiles in its own memory, each invocation 8 × 8
 * - `direct`: each invocation makes `rows` × `columns` from registers alone. What devices in software do best, where a workgroup's
 *   memory is no faster than any other and waiting for one another is slow
 */
export interface Tiling {
  readonly kind: 'tiled' | 'direct';
  readonly rows: number;
  readonly columns: number;
}

/** What a product's text depends on. */
export interface MatmulClass {
  readonly tiling: Tiling;
  readonly input: DType;
  readonly output: DType;
  readonly epilogue: ScalarKernel | undefined;
  readonly batchRank: number;
  readonly a: Along;
  readonly b: Along;
  /** True when steps along k are shared out, and each share's sums are left in scratch memory. */
  readonly split: boolean;
}

export interface MatmulText extends KernelText {
  /** The epilogue's inputs that are read, without the product itself. */
  readonly extras: readonly number[];
}

/** Names of a product's launch data: scalars of the epilogue; sizes; starts and strides of the operands; the batch's nest. */
export interface MatmulNames {
  readonly finish: ExpressionText | undefined;
  readonly extras: readonly number[];
  readonly m: string;
  readonly n: string;
  readonly k: string;
  readonly batches: string;
  readonly shares: string;
  /** Output, a, b, then the epilogue's inputs that are read. */
  readonly operands: readonly string[];
  readonly at: readonly Place[];
  readonly nest: NestNames;
}

interface Place {
  readonly start: string;
  readonly row: string;
  readonly column: string;
}

type Named = Pick<MatmulClass, 'epilogue' | 'batchRank'>;

export function matmulNames({ epilogue, batchRank }: Named): MatmulNames {
  const names = new WordNames();
  const finish =
    epilogue === undefined
      ? undefined
      : expressionFunction(epilogue.body, { name: 'finish', names, params: epilogue.params });
  const extras = (finish?.reads ?? []).filter((read) => read > 0);
  const [m, n, k, batches, shares] = names.several(5) as [string, string, string, string, string];
  const operands = ['out', 'a', 'b', ...extras.map((extra) => `in${extra}`)];
  const at = operands.map(() => ({ start: names.int(), row: names.int(), column: names.int() }));
  return {
    finish,
    extras,
    m,
    n,
    k,
    batches,
    shares,
    operands,
    at,
    nest: names.nest(batchRank, operands.length),
  };
}

/** The starts of `which` operands in `batch`, a u32 variable, as variables such as `a_base`. */
export function batchBases({ operands, at, nest }: MatmulNames, which: readonly number[]): string {
  const bases = which.map((i) => `${operands[i]}_base`);
  return `${bases.map((name, i) => `var ${name} = ${at[which[i]!]!.start};`).join('\n  ')}
  ${walkNest({ shape: nest.shape, strides: which.map((i) => nest.strides[i]!) }, 'batch', bases)}`;
}

/** The bindings of the epilogue's inputs that are read. */
export function extraBindings({ extras }: MatmulNames, { epilogue }: MatmulClass): Binding[] {
  return extras.map((extra): { name: string; type: WordType } => {
    return { name: `in${extra}`, type: wordType(epilogue!.inputs[extra]!) };
  });
}

/**
 * `fn put(batch: u32, row: i32, column: i32, value)` and what it calls: the epilogue and the store. A share's sums go to scratch
 * memory as they are; `batch` counts shares then.
 */
export function putText(kind: MatmulClass, names: MatmulNames): string {
  const { input, output, epilogue, split } = kind;
  const type = wordType(input);
  const { m, n, at, operands, finish, extras } = names;
  if (split) {
    return `fn put(batch: u32, row: i32, column: i32, value: ${type}) {
  out[(i32(batch) * ${m} + row) * ${n} + column] = value;
}`;
  }
  const narrow = narrowed('value', input);
  const stored = (): string => {
    if (epilogue === undefined) return toWord(narrow, output);
    const own = epilogue.inputs[0] ?? input;
    const args = finish!.reads.map((read) => {
      if (read === 0) return toWord(narrow, own);
      const i = operands.indexOf(`in${read}`);
      return `in${read}[in${read}_base + row * ${at[i]!.row} + column * ${at[i]!.column}]`;
    });
    return toWord(`finish(${['0', ...args].join(', ')})`, output);
  };
  return `${finish?.text ?? ''}
fn put(batch: u32, row: i32, column: i32, value: ${type}) {
  ${batchBases(names, [0, ...extras.map((_, i) => i + 3)])}
  out[out_base + row * ${at[0]!.row} + column * ${at[0]!.column}] = ${stored()};
}`;
}

/** Adds up the shares of a product that was split, in order, and finishes it: an invocation for each element. */
export function matmulSumText(kind: MatmulClass): MatmulText {
  const names = matmulNames(kind);
  const { m, n, batches, shares, extras } = names;
  const type = wordType(kind.input);
  const body = elementwise(
    `u32(${batches} * ${m} * ${n})`,
    `var value = ${type}(0);
  for (var share = 0; share < ${shares}; share++) {
    value += parts[share * ${batches} * ${m} * ${n} + i32(id)];
  }
  let rest = i32(id) / ${n};
  put(u32(rest / ${m}), rest % ${m}, i32(id) % ${n}, value);`,
  );
  const bindings: Binding[] = [
    { name: 'out', type: wordType(kind.output), write: true },
    { name: 'parts', type },
    ...extraBindings(names, kind),
  ];
  const text = kernelText(
    `${labelOf(kind)}: sum`,
    bindings,
    `${putText({ ...kind, split: false }, names)}\n${body}`,
  );
  return { ...text, extras };
}

export const labelOf = ({ input, epilogue }: MatmulClass): string =>
  `matmul ${input}${epilogue === undefined ? '' : ` ${epilogue.key}`}`;
