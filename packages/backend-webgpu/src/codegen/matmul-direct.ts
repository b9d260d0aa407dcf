import {
  batchBases,
  extraBindings,
  labelOf,
  type MatmulClass,
  type MatmulText,
  matmulNames,
  putText,
} from './matmul.ts';
import { type Binding, elementwise, kernelText, SMALL_GROUP } from './module.ts';
import { Blocks, boundAs, type Operand } from './operand-blocks.ts';
import { wordType } from './types.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A product of which each invocation makes a piece from registers alone, numbered by share, batch, row and column. */
export function directMatmulText(kind: MatmulClass): MatmulText {
  const { rows, columns } = kind.tiling;
  const type = wordType(kind.input);
  const names = matmulNames(kind);
  const { m, n, k, batches, shares, at } = names;
  const four = `vec4<${type}>`;
  const a: Operand = { name: 'a', type, along: kind.a, lines: m, line: at[1]!.row, step: at[1]!.column };
  const b: Operand = { name: 'b', type, along: kind.b, lines: n, line: at[2]!.column, step: at[2]!.row };
  const left = new Blocks(a, 'first_row', rows);
  const right = new Blocks(b, 'first_column', columns);
  const fours = range(columns / 4);
  const add = (word: (i: number) => string, group: (q: number) => string): string =>
    `{
      ${fours.map((q) => `let y${q} = ${group(q)};`).join(' ')}
      ${range(rows)
        .flatMap((i) => fours.map((q) => `s${i}_${q} += ${word(i)} * y${q};`))
        .join('\n      ')}
    }`;
  const sums = range(rows).flatMap((i) => fours.map((q) => `s${i}_${q}`));
  const piece = `let across = (${n} + ${columns - 1}) / ${columns};
  let down = (${m} + ${rows - 1}) / ${rows};
  let first_column = (i32(id) % across) * ${columns};
  let first_row = (i32(id) / across % down) * ${rows};
  let layer = u32(i32(id) / (across * down));
  let batch = layer % u32(${batches});
  ${batchBases(names, [1, 2])}
  ${kind.split ? `let share = (((${k} + 3) / 4 + ${shares} - 1) / ${shares}) * 4;\n  let begin = i32(layer / u32(${batches})) * share;\n  let end = min(begin + share, ${k});` : `let begin = 0;\n  let end = ${k};`}
  ${left.setup}
  ${right.setup}
  ${sums.map((sum) => `var ${sum} = ${four}(0);`).join(' ')}
  var k = begin;
  for (; k + 4 <= end; k += 4) {
    ${left.load('k')}
    ${right.load('k')}
    ${range(4)
      .map((s) =>
        add(
          (i) => left.word(i, s),
          (q) => right.four(q, s),
        ),
      )
      .join('\n    ')}
  }
  for (; k < end; k++) {
    ${left.loadSingle('k')}
    ${right.loadSingle('k')}
    ${add(
      (i) => left.single(i),
      (q) => right.singles(q),
    )}
  }
  var sums = array<${four}, ${sums.length}>(${sums.join(', ')});
  for (var e = 0; e < ${rows * columns}; e++) {
    let row = first_row + e / ${columns};
    let column = first_column + e % ${columns};
    if (row < ${m} && column < ${n}) { put(layer, row, column, sums[e / 4][e % 4]); }
  }`;
  const count = `(u32((${m} + ${rows - 1}) / ${rows}) * u32((${n} + ${columns - 1}) / ${columns}) * u32(${batches})${kind.split ? ` * u32(${shares})` : ''})`;
  const bindings: Binding[] = [
    { name: 'out', type: wordType(kind.split ? kind.input : kind.output), write: true },
    { name: 'a', type: boundAs(a) },
    { name: 'b', type: boundAs(b) },
    ...(kind.split ? [] : extraBindings(names, kind)),
  ];
  const text = [
    left.functions,
    right.functions,
    putText(kind, names),
    elementwise(count, piece, SMALL_GROUP),
  ].join('\n');
  return { ...kernelText(labelOf(kind), bindings, text), extras: kind.split ? [] : names.extras };
}
