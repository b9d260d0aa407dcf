import type { DType, ScalarKernel } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { type Binding, grouped, type KernelText, kernelText } from './module.ts';
import { toWord, type WordType, wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

/** How a product is cut: a workgroup makes `rows` × `columns` of it, each invocation `tall` × `wide`. */
export interface Tiling {
  readonly rows: number;
  readonly columns: number;
  /** Steps along k that are held at once. */
  readonly depth: number;
  readonly tall: number;
  readonly wide: number;
}

export const tilings: { readonly small: Tiling; readonly large: Tiling } = {
  small: { rows: 8, columns: 8, depth: 16, tall: 1, wide: 1 },
  large: { rows: 64, columns: 64, depth: 16, tall: 4, wide: 4 },
};

/** What a product's text depends on. */
export interface MatmulClass {
  readonly tiling: Tiling;
  readonly input: DType;
  readonly output: DType;
  readonly epilogue: ScalarKernel | undefined;
  readonly batchRank: number;
  /** True when neighbouring rows of a, or columns of b, are nearer in memory than neighbours along k. */
  readonly aAcross: boolean;
  readonly bAcross: boolean;
}

export interface MatmulText extends KernelText {
  /** The epilogue's inputs that are read, without the product itself. */
  readonly extras: readonly number[];
}

/**
 * The text of a product. Launch data: scalars of the epilogue; m, n, k, batches; the starts and row and column strides of
 * out, a, b and the extras; the batch's nest.
 */
export function matmulText(kind: MatmulClass): MatmulText {
  const { tiling, input, epilogue, output, batchRank } = kind;
  const { rows, columns, depth, tall, wide } = tiling;
  const type = wordType(input);
  const names = new WordNames();
  const finish =
    epilogue === undefined
      ? undefined
      : expressionFunction(epilogue.body, { name: 'finish', names, params: epilogue.params });
  const extras = (finish?.reads ?? []).filter((read) => read > 0);
  const sizes = { m: names.int(), n: names.int(), k: names.int(), batches: names.int() };
  const operands = ['out', 'a', 'b', ...extras.map((extra) => `in${extra}`)];
  const at = operands.map(() => ({ start: names.int(), row: names.int(), column: names.int() }));
  const nest = names.nest(batchRank, operands.length);
  const bases = operands.map((name) => `${name}_base`);
  const lanes = (rows / tall) * (columns / wide);

  const product = (value: string): string => {
    if (epilogue === undefined) return toWord(value, output);
    const own = epilogue.inputs[0] ?? input;
    const args = finish!.reads.map((read) => (read === 0 ? toWord(value, own) : extraAt(operands, at, read)));
    return toWord(`finish(${['0', ...args].join(', ')})`, output);
  };
  const body = `let row_tiles = (${sizes.m} + ${rows - 1}) / ${rows};
  let column_tiles = (${sizes.n} + ${columns - 1}) / ${columns};
  let tile = i32(group) % (row_tiles * column_tiles);
  let batch = u32(i32(group) / (row_tiles * column_tiles));
  let first_row = (tile / column_tiles) * ${rows};
  let first_column = (tile % column_tiles) * ${columns};
  ${bases.map((name, i) => `var ${name} = ${at[i]!.start};`).join('\n  ')}
  ${walkNest(nest, 'batch', bases)}
  let own_row = i32(lane) / ${columns / wide} * ${tall};
  let own_column = i32(lane) % ${columns / wide} * ${wide};
  var sums: array<array<${type}, ${wide}>, ${tall}>;
  for (var k0 = 0; k0 < ${sizes.k}; k0 += ${depth}) {
    for (var e = i32(lane); e < ${rows * depth}; e += ${lanes}) {
      ${kind.aAcross ? `let r = e % ${rows};\n      let c = e / ${rows};` : `let r = e / ${depth};\n      let c = e % ${depth};`}
      let inside = first_row + r < ${sizes.m} && k0 + c < ${sizes.k};
      a_tile[c * ${rows} + r] = select(${type}(0), a[select(0, a_base + (first_row + r) * ${at[1]!.row} + (k0 + c) * ${at[1]!.column}, inside)], inside);
    }
    for (var e = i32(lane); e < ${columns * depth}; e += ${lanes}) {
      ${kind.bAcross ? `let r = e / ${columns};\n      let c = e % ${columns};` : `let r = e % ${depth};\n      let c = e / ${depth};`}
      let inside = k0 + r < ${sizes.k} && first_column + c < ${sizes.n};
      b_tile[r * ${columns} + c] = select(${type}(0), b[select(0, b_base + (k0 + r) * ${at[2]!.row} + (first_column + c) * ${at[2]!.column}, inside)], inside);
    }
    workgroupBarrier();
    for (var k = 0; k < ${depth}; k++) {
      ${range(tall)
        .map((i) => `let a${i} = a_tile[k * ${rows} + own_row + ${i}];`)
        .join('\n      ')}
      ${range(wide)
        .map((j) => `let b${j} = b_tile[k * ${columns} + own_column + ${j}];`)
        .join('\n      ')}
      ${range(tall)
        .map((i) =>
          range(wide)
            .map((j) => `sums[${i}][${j}] += a${i} * b${j};`)
            .join(' '),
        )
        .join('\n      ')}
    }
    workgroupBarrier();
  }
  for (var i = 0; i < ${tall}; i++) {
    for (var j = 0; j < ${wide}; j++) {
      let row = first_row + own_row + i;
      let column = first_column + own_column + j;
      if (row < ${sizes.m} && column < ${sizes.n}) {
        out[out_base + row * ${at[0]!.row} + column * ${at[0]!.column}] = ${product(narrowed('sums[i][j]', input))};
      }
    }
  }`;
  const tiles = `(u32(${sizes.batches}) * u32((${sizes.m} + ${rows - 1}) / ${rows}) * u32((${sizes.n} + ${columns - 1}) / ${columns}))`;
  const bindings: Binding[] = [
    { name: 'out', type: wordType(output), write: true },
    { name: 'a', type },
    { name: 'b', type },
    ...extras.map((extra): { name: string; type: WordType } => {
      return { name: `in${extra}`, type: wordType(epilogue!.inputs[extra]!) };
    }),
  ];
  const text = `${finish?.text ?? ''}
var<workgroup> a_tile: array<${type}, ${rows * depth}>;
var<workgroup> b_tile: array<${type}, ${columns * depth}>;
${grouped(lanes, tiles, body)}`;
  return {
    ...kernelText(`matmul ${input}${epilogue === undefined ? '' : ` ${epilogue.key}`}`, bindings, text),
    extras,
  };
}

interface Place {
  readonly start: string;
  readonly row: string;
  readonly column: string;
}

function extraAt(operands: readonly string[], at: readonly Place[], read: number): string {
  const name = `in${read}`;
  const place = at[operands.indexOf(name)]!;
  return `${name}[${name}_base + row * ${place.row} + column * ${place.column}]`;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function narrowed(value: string, dtype: DType): string {
  if (dtype === 'uint8') return `(${value} & 255)`;
  if (dtype === 'int8') return `((${value} << 24u) >> 24u)`;
  if (dtype === 'int16') return `((${value} << 16u) >> 16u)`;
  return value;
}
