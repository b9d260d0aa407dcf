import type { DType, ScalarKernel } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { type Binding, grouped, type KernelText, kernelText } from './module.ts';
import { toWord, type WordType, wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

/** How a product is cut: a workgroup makes `rows` × `columns` of it, each invocation `side` × `side`. */
export interface Tiling {
  readonly rows: number;
  readonly columns: number;
  /** Steps along k that are held at once. */
  readonly depth: number;
  readonly side: 1 | 8;
}

export const tilings: { readonly small: Tiling; readonly large: Tiling } = {
  small: { rows: 8, columns: 8, depth: 16, side: 1 },
  large: { rows: 64, columns: 64, depth: 16, side: 8 },
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
  const { rows, columns, depth, side } = tiling;
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
  const lanes = (rows / side) * (columns / side);
  const width = side === 1 ? 1 : 4;
  const several = width === 4 ? `vec4<${type}>` : type;
  const pick = (value: string, i: number): string =>
    width === 4 ? `${value}_${i >> 2}.${'xyzw'[i & 3]}` : `${value}_0`;
  const group = (values: readonly string[]): string =>
    width === 4 ? `${several}(${values.join(', ')})` : values[0]!;
  const each = range(side);
  const parts = range(side / width);
  const lane4 = range(width);

  const product = (value: string): string => {
    if (epilogue === undefined) return toWord(value, output);
    const own = epilogue.inputs[0] ?? input;
    const args = finish!.reads.map((read) => (read === 0 ? toWord(value, own) : extraAt(operands, at, read)));
    return toWord(`finish(${['0', ...args].join(', ')})`, output);
  };
  const store = (i: number, j: number): string => `row = first_row + own_row + ${i};
  column = first_column + own_column + ${j};
  if (row < ${sizes.m} && column < ${sizes.n}) {
    out[out_base + row * ${at[0]!.row} + column * ${at[0]!.column}] = ${product(narrowed(pick(`sum${i}`, j), input))};
  }`;
  const aTile = rows / width;
  const bTile = columns / width;
  const across = columns / side;
  const loads = `fn load_a(base: i32, row: i32, k: i32) -> ${type} {
  let inside = row < ${sizes.m} && k < ${sizes.k};
  return select(${type}(0), a[select(0, base + row * ${at[1]!.row} + k * ${at[1]!.column}, inside)], inside);
}
fn load_b(base: i32, k: i32, column: i32) -> ${type} {
  let inside = k < ${sizes.k} && column < ${sizes.n};
  return select(${type}(0), b[select(0, base + k * ${at[2]!.row} + column * ${at[2]!.column}, inside)], inside);
}`;
  const body = `let row_tiles = (${sizes.m} + ${rows - 1}) / ${rows};
  let column_tiles = (${sizes.n} + ${columns - 1}) / ${columns};
  let tile = i32(group) % (row_tiles * column_tiles);
  let batch = u32(i32(group) / (row_tiles * column_tiles));
  let first_row = (tile / column_tiles) * ${rows};
  let first_column = (tile % column_tiles) * ${columns};
  ${bases.map((name, i) => `var ${name} = ${at[i]!.start};`).join('\n  ')}
  ${walkNest(nest, 'batch', bases)}
  let own_row = i32(lane) / ${across} * ${side};
  let own_column = i32(lane) % ${across} * ${side};
  ${each.flatMap((i) => parts.map((q) => `var sum${i}_${q} = ${several}(0);`)).join('\n  ')}
  for (var k0 = 0; k0 < ${sizes.k}; k0 += ${depth}) {
    for (var e = i32(lane); e < ${aTile * depth}; e += ${lanes}) {
      ${kind.aAcross ? `let r = e % ${aTile};\n      let k = e / ${aTile};` : `let r = e / ${depth};\n      let k = e % ${depth};`}
      a_tile[k * ${aTile} + r] = ${group(lane4.map((i) => `load_a(a_base, first_row + r * ${width} + ${i}, k0 + k)`))};
    }
    for (var e = i32(lane); e < ${bTile * depth}; e += ${lanes}) {
      ${kind.bAcross ? `let c = e % ${bTile};\n      let k = e / ${bTile};` : `let c = e / ${depth};\n      let k = e % ${depth};`}
      b_tile[k * ${bTile} + c] = ${group(lane4.map((j) => `load_b(b_base, k0 + k, first_column + c * ${width} + ${j})`))};
    }
    workgroupBarrier();
    for (var k = 0; k < ${depth}; k++) {
      ${parts.map((q) => `let x_${q} = a_tile[k * ${aTile} + own_row / ${width} + ${q}];`).join('\n      ')}
      ${parts.map((q) => `let y_${q} = b_tile[k * ${bTile} + own_column / ${width} + ${q}];`).join('\n      ')}
      ${each.flatMap((i) => parts.map((q) => `sum${i}_${q} += ${pick('x', i)} * y_${q};`)).join('\n      ')}
    }
    workgroupBarrier();
  }
  var row = 0;
  var column = 0;
  ${each.flatMap((i) => each.map((j) => store(i, j))).join('\n  ')}`;
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
${loads}
var<workgroup> a_tile: array<${several}, ${aTile * depth}>;
var<workgroup> b_tile: array<${several}, ${bTile * depth}>;
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
