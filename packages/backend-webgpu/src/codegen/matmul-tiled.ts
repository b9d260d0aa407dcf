import {
  batchBases,
  extraBindings,
  labelOf,
  type MatmulClass,
  type MatmulText,
  matmulNames,
  putText,
} from './matmul.ts';
import { type Binding, grouped, kernelText } from './module.ts';
import { Blocks, boundAs, type Operand } from './operand-blocks.ts';
import { wordType } from './types.ts';

/** Steps along k that are held at once. */
const DEPTH = 16;
/** Rows and columns that an invocation makes. */
const SIDE = 8;

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A product of which each workgroup makes a tile, from tiles of the operands in its memory, which it reads in 4 × 4 blocks. */
export function tiledMatmulText(kind: MatmulClass): MatmulText {
  const { rows, columns } = kind.tiling;
  const lanes = (rows / SIDE) * (columns / SIDE);
  const type = wordType(kind.input);
  const four = `vec4<${type}>`;
  const names = matmulNames(kind);
  const { m, n, k, batches, shares, at } = names;
  const a: Operand = { name: 'a', type, along: kind.a, lines: m, line: at[1]!.row, step: at[1]!.column };
  const b: Operand = { name: 'b', type, along: kind.b, lines: n, line: at[2]!.column, step: at[2]!.row };
  const left = new Blocks(a, 'first_row + a_block * 4', 4);
  const right = new Blocks(b, 'first_column + b_block * 4', 4);

  // Neighbouring invocations take blocks that are neighbours in memory.
  const place = ({ name, along }: Operand, blocks: number): string =>
    along === 'lines'
      ? `let ${name}_block = i32(lane) % ${blocks};\n  let ${name}_step = i32(lane) / ${blocks} * 4;`
      : `let ${name}_block = i32(lane) / ${DEPTH / 4};\n  let ${name}_step = i32(lane) % ${DEPTH / 4} * 4;`;
  const fill = ({ name }: Operand, blocks: Blocks, across: number): string => `{
      let at = k0 + ${name}_step;
      if (at + 4 <= end) {
        ${blocks.load('at')}
        ${range(4)
          .map(
            (s) => `${name}_tile[(${name}_step + ${s}) * ${across} + ${name}_block] = ${blocks.four(0, s)};`,
          )
          .join('\n        ')}
      } else {
        for (var s = 0; s < 4; s++) {
          var word = ${four}(0);
          if (at + s < end) {
            ${blocks.loadSingle('(at + s)')}
            word = ${blocks.singles(0)};
          }
          ${name}_tile[(${name}_step + s) * ${across} + ${name}_block] = word;
        }
      }
    }`;

  const fours = range(SIDE / 4);
  const sums = range(SIDE).flatMap((i) => fours.map((q) => `s${i}_${q}`));
  const body = `let across = (${n} + ${columns - 1}) / ${columns};
  let down = (${m} + ${rows - 1}) / ${rows};
  let first_column = (i32(group) % across) * ${columns};
  let first_row = (i32(group) / across % down) * ${rows};
  let layer = u32(i32(group) / (across * down));
  let batch = layer % u32(${batches});
  ${batchBases(names, [1, 2])}
  ${kind.split ? `let share = (((${k} + ${DEPTH - 1}) / ${DEPTH} + ${shares} - 1) / ${shares}) * ${DEPTH};\n  let begin = i32(layer / u32(${batches})) * share;\n  let end = min(begin + share, ${k});` : `let begin = 0;\n  let end = ${k};`}
  ${place(a, rows / 4)}
  ${place(b, columns / 4)}
  ${left.setup}
  ${right.setup}
  let own_row = i32(lane) / ${columns / SIDE} * ${SIDE};
  let own_column = i32(lane) % ${columns / SIDE} * ${SIDE};
  ${sums.map((sum) => `var ${sum} = ${four}(0);`).join(' ')}
  for (var k0 = begin; k0 < end; k0 += ${DEPTH}) {
    ${fill(a, left, rows / 4)}
    ${fill(b, right, columns / 4)}
    workgroupBarrier();
    for (var k = 0; k < ${DEPTH}; k++) {
      ${fours.map((q) => `let x_${q} = a_tile[k * ${rows / 4} + own_row / 4 + ${q}];`).join('\n      ')}
      ${fours.map((q) => `let y_${q} = b_tile[k * ${columns / 4} + own_column / 4 + ${q}];`).join('\n      ')}
      ${range(SIDE)
        .flatMap((i) => fours.map((q) => `s${i}_${q} += x_${i >> 2}.${'xyzw'[i & 3]} * y_${q};`))
        .join('\n      ')}
    }
    workgroupBarrier();
  }
  var sums = array<${four}, ${sums.length}>(${sums.join(', ')});
  for (var e = 0; e < ${SIDE * SIDE}; e++) {
    let row = first_row + own_row + e / ${SIDE};
    let column = first_column + own_column + e % ${SIDE};
    if (row < ${m} && column < ${n}) { put(layer, row, column, sums[e / 4][e % 4]); }
  }`;
  const tiles = `(u32((${m} + ${rows - 1}) / ${rows}) * u32((${n} + ${columns - 1}) / ${columns}) * u32(${batches})${kind.split ? ` * u32(${shares})` : ''})`;
  const bindings: Binding[] = [
    { name: 'out', type: wordType(kind.split ? kind.input : kind.output), write: true },
    { name: 'a', type: boundAs(a) },
    { name: 'b', type: boundAs(b) },
    ...(kind.split ? [] : extraBindings(names, kind)),
  ];
  const text = `${[left.functions, right.functions, putText(kind, names)].join('\n')}
var<workgroup> a_tile: array<${four}, ${(rows / 4) * DEPTH}>;
var<workgroup> b_tile: array<${four}, ${(columns / 4) * DEPTH}>;
${grouped(lanes, tiles, body)}`;
  return { ...kernelText(`${labelOf(kind)}: tiled`, bindings, text), extras: kind.split ? [] : names.extras };
}
