import type { ConvMode, DType } from '@taimatsu/core/backend';
import { elementwise, type KernelText, kernelText, SMALL_GROUP } from './module.ts';
import { narrowed, toWord, wordType } from './types.ts';
import { WordNames } from './words.ts';

/** What a convolution's text depends on. */
export interface ConvClass {
  readonly mode: ConvMode;
  readonly dtype: DType;
  /** An invocation makes this many rows and columns of the product. */
  readonly rows: 4 | 8 | 16;
  readonly columns: 4 | 8;
  /** False where depth is 1 throughout. */
  readonly deep: boolean;
  /** Every stride is 1. */
  readonly dense: boolean;
  /** True when the steps are shared out, and each share's sums are left in scratch memory. */
  readonly split: boolean;
}

interface Names {
  readonly batch: string;
  readonly groups: string;
  readonly inChannels: string;
  readonly outChannels: string;
  readonly input: readonly string[];
  readonly kernel: readonly string[];
  readonly output: readonly string[];
  readonly stride: readonly string[];
  readonly padding: readonly string[];
  readonly dilation: readonly string[];
  readonly starts: readonly string[];
  readonly shares: string;
}

/** Launch data: batch, groups, channels in and out, triples in the plan's order, starts of out, a and b, shares. */
function launchNames(): Names {
  const names = new WordNames();
  return {
    batch: names.int(),
    groups: names.int(),
    inChannels: names.int(),
    outChannels: names.int(),
    input: names.several(3),
    kernel: names.several(3),
    output: names.several(3),
    stride: names.several(3),
    padding: names.several(3),
    dilation: names.several(3),
    starts: names.several(3),
    shares: names.int(),
  };
}

/**
 * A convolution as a product of matrices that are never made: in each group, left [rows, steps] is one operand as it is, right
 * [steps, columns] the other by windows. A column is a plane (of the batch, or an input channel) and a position, a step another
 * plane and another position, and both positions together say where to read.
 */
interface Product {
  readonly rows: string;
  /** Planes of columns and of steps, and what positions in them go over. */
  readonly columns: readonly [planes: string, over: readonly string[]];
  readonly steps: readonly [planes: string, over: readonly string[]];
  /** Where left has row 0 in group `g`, what a row adds, and what a step does, from `step_plane` and `step_flat`. */
  readonly left: readonly [operand: 'a' | 'b', base: string, row: string, step: string];
  readonly right: readonly [
    operand: 'a' | 'b',
    columnPlane: string,
    stepPlane: string,
    over: readonly string[],
  ];
  /** Where out has row 0 of a column, from `column_plane` and `column_flat`, and what a row adds. */
  readonly out: readonly [base: string, row: string];
}

const volume = ([depth, height, width]: readonly string[]): string => `(${depth} * ${height} * ${width})`;

const products: Readonly<Record<ConvMode, (s: Names) => Product>> = {
  forward: (s) => ({
    rows: s.outChannels,
    columns: [s.batch, s.output],
    steps: [s.inChannels, s.kernel],
    left: [
      'b',
      `${s.starts[2]} + g * ${s.outChannels} * ${s.inChannels} * ${volume(s.kernel)}`,
      `${s.inChannels} * ${volume(s.kernel)}`,
      `step_plane * ${volume(s.kernel)} + step_flat`,
    ],
    right: [
      'a',
      `${s.starts[1]} + (column_plane * ${s.groups} + g) * ${s.inChannels} * ${volume(s.input)}`,
      `step_plane * ${volume(s.input)}`,
      s.input,
    ],
    out: [
      `(column_plane * ${s.groups} + g) * ${s.outChannels} * ${volume(s.output)} + column_flat`,
      volume(s.output),
    ],
  }),
  input: (s) => ({
    rows: s.inChannels,
    columns: [s.batch, s.input],
    steps: [s.outChannels, s.kernel],
    left: [
      'b',
      `${s.starts[2]} + g * ${s.outChannels} * ${s.inChannels} * ${volume(s.kernel)}`,
      volume(s.kernel),
      `step_plane * ${s.inChannels} * ${volume(s.kernel)} + step_flat`,
    ],
    right: [
      'a',
      `${s.starts[1]} + (column_plane * ${s.groups} + g) * ${s.outChannels} * ${volume(s.output)}`,
      `step_plane * ${volume(s.output)}`,
      s.output,
    ],
    out: [
      `(column_plane * ${s.groups} + g) * ${s.inChannels} * ${volume(s.input)} + column_flat`,
      volume(s.input),
    ],
  }),
  weight: (s) => ({
    rows: s.outChannels,
    columns: [s.inChannels, s.kernel],
    steps: [s.batch, s.output],
    left: [
      'b',
      `${s.starts[2]} + g * ${s.outChannels} * ${volume(s.output)}`,
      volume(s.output),
      `step_plane * ${s.groups} * ${s.outChannels} * ${volume(s.output)} + step_flat`,
    ],
    right: [
      'a',
      `${s.starts[1]} + (g * ${s.inChannels} + column_plane) * ${volume(s.input)}`,
      `step_plane * ${s.groups} * ${s.inChannels} * ${volume(s.input)}`,
      s.input,
    ],
    out: [
      `(g * ${s.outChannels} * ${s.inChannels} + column_plane) * ${volume(s.kernel)} + column_flat`,
      `${s.inChannels} * ${volume(s.kernel)}`,
    ],
  }),
};

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The part of a place that a column's or a step's position has, axis by axis, where each axis adds both. */
function axisPart(mode: ConvMode, of: 'column' | 'step', s: Names, d: number, position: string): string {
  const kernel = `${position} * ${s.dilation[d]}`;
  if (mode === 'input') return of === 'column' ? `${position} + ${s.padding[d]}` : `-${kernel}`;
  const output = `${position} * ${s.stride[d]} - ${s.padding[d]}`;
  return (of === 'column') === (mode === 'forward') ? output : kernel;
}

export function convText(kind: ConvClass): KernelText {
  const { mode, dtype, rows, columns, deep, dense, split } = kind;
  const s = launchNames();
  const p = products[mode](s);
  const axes = deep ? [0, 1, 2] : [1, 2];
  const type = wordType(dtype);
  const four = `vec4<${type}>`;
  const divided = mode === 'input' && !dense;
  const flat = (over: readonly string[], at: (d: number) => string): string =>
    axes.map(at).reduce((sum, own, i) => (i === 0 ? own : `(${sum}) * ${over[axes[i]!]} + ${own}`));
  const [leftName, leftBase, leftRow, leftStep] = p.left;
  const [rightName, rightColumn, rightStep, rightOver] = p.right;
  const positions = (over: readonly string[]): string => volume(over);

  const column = (
    j: number,
  ): string => `var out_${j} = 0; var base_${j} = 0; ${axes.map((d) => `var c${d}_${j} = 0;`).join(' ')}
  {
    let column = min(first_column + ${j}, columns - 1);
    let column_plane = column / ${positions(p.columns[1])};
    let column_flat = column % ${positions(p.columns[1])};
    let p2 = column_flat % ${p.columns[1][2]};
    let p1 = column_flat / ${p.columns[1][2]} % ${p.columns[1][1]};
    let p0 = column_flat / (${p.columns[1][2]} * ${p.columns[1][1]});
    out_${j} = ${p.out[0]};
    ${axes.map((d) => `c${d}_${j} = ${axisPart(mode, 'column', s, d, `p${d}`)};`).join(' ')}
    base_${j} = ${rightColumn}${divided ? '' : ` + ${flat(rightOver, (d) => `c${d}_${j}`)}`};
  }`;
  const read = (j: number): string => {
    const inside = axes.map((d) => `u32(t${d}) < u32(${rightOver[d]})`);
    const places = axes.map((d) => `let t${d} = c${d}_${j} + s${d};`).join(' ');
    return `{ ${places} let inside = ${inside.join(' && ')};
      x${j} = select(${type}(0), ${rightName}[select(0, base_${j} + step_base, inside)], inside); }`;
  };
  // Divisions make long texts: where there are any, columns take turns.
  const turns = `for (var j = 0; j < ${columns}; j++) {
      ${axes.map((d) => `let u${d} = c${d}[j] + s${d}; let t${d} = u${d} / ${s.stride[d]};`).join(' ')}
      let inside = ${axes
        .flatMap((d) => [`u${d} >= 0 && t${d} * ${s.stride[d]} == u${d}`, `t${d} < ${rightOver[d]}`])
        .join(' && ')};
      x[j] = ${type}(0);
      if (inside) { x[j] = ${rightName}[bases[j] + step_base + ${flat(rightOver, (d) => `t${d}`)}]; }
    }`;
  const each = range(columns);
  const arrays = `var x = array<${type}, ${columns}>();
  var bases = array<i32, ${columns}>(${each.map((j) => `base_${j}`).join(', ')});
  ${axes.map((d) => `var c${d} = array<i32, ${columns}>(${each.map((j) => `c${d}_${j}`).join(', ')});`).join('\n  ')}`;
  const over = p.steps[1];
  const next = `p2++;
    if (p2 == ${over[2]}) { p2 = 0; p1++; if (p1 == ${over[1]}) { p1 = 0; p0++; if (p0 == ${over[0]}) { p0 = 0; step_plane++; step_flat = -1; } } }
    step_flat++;`;
  const stepPart = axes.map((d) => `let s${d} = ${axisPart(mode, 'step', s, d, `p${d}`)};`).join(' ');
  const groupsOfRows = range(rows / 4);
  const sums = groupsOfRows.flatMap((q) => range(columns).map((j) => `y${q}_${j}`));
  const across = `((columns + ${columns - 1}) / ${columns})`;
  const down = `((${p.rows} + ${rows - 1}) / ${rows})`;
  const columnCount = `(${p.columns[0]} * ${positions(p.columns[1])})`;
  const piece = `let columns = ${columnCount};
  let steps = ${p.steps[0]} * ${positions(over)};
  let first_column = (i32(id) % ${across}) * ${columns};
  let first_row = (i32(id) / ${across} % ${down}) * ${rows};
  let layer = i32(id) / (${across} * ${down});
  let g = layer % ${s.groups};
  ${split ? `let per = (steps + ${s.shares} - 1) / ${s.shares};\n  let begin = layer / ${s.groups} * per;\n  let end = min(begin + per, steps);` : 'let begin = 0;\n  let end = steps;'}
  ${range(rows)
    .map((i) => `let l${i} = ${leftBase} + min(first_row + ${i}, ${p.rows} - 1) * ${leftRow};`)
    .join('\n  ')}
  ${range(columns).map(column).join('\n  ')}
  ${sums.map((sum) => `var ${sum} = ${four}(0);`).join(' ')}
  var step_plane = begin / ${positions(over)};
  var step_flat = begin % ${positions(over)};
  var p2 = step_flat % ${over[2]};
  var p1 = step_flat / ${over[2]} % ${over[1]};
  var p0 = step_flat / (${over[2]} * ${over[1]});
  ${divided ? arrays : each.map((j) => `var x${j} = ${type}(0);`).join(' ')}
  for (var step = begin; step < end; step++) {
    let left_step = ${leftStep};
    ${stepPart}
    let step_base = ${rightStep}${divided ? '' : ` + ${flat(rightOver, (d) => `s${d}`)}`};
    ${divided ? turns : each.map(read).join('\n    ')}
    ${groupsOfRows
      .map(
        (q) =>
          `let w${q} = ${four}(${range(4)
            .map((i) => `${leftName}[l${4 * q + i} + left_step]`)
            .join(', ')});`,
      )
      .join('\n    ')}
    ${groupsOfRows.flatMap((q) => range(columns).map((j) => `y${q}_${j} += w${q} * ${divided ? `x[${j}]` : `x${j}`};`)).join('\n    ')}
    ${next}
  }
  var sums = array<${four}, ${sums.length}>(${sums.join(', ')});
  var places = array<i32, ${columns}>(${range(columns)
    .map((j) => `out_${j}`)
    .join(', ')});
  for (var i = 0; i < ${rows}; i++) {
    for (var j = 0; j < ${columns}; j++) {
      if (first_row + i >= ${p.rows} || first_column + j >= columns) { continue; }
      let at = places[j] + (first_row + i) * ${p.out[1]};
      let sum = sums[(i / 4) * ${columns} + j][i % 4];
      ${split ? `out[(layer / ${s.groups}) * ${s.groups} * ${p.rows} * columns + at] = sum;` : `out[${s.starts[0]} + at] = ${toWord(narrowed('sum', dtype), dtype)};`}
    }
  }`;
  const count = `(u32((${columnCount} + ${columns - 1}) / ${columns}) * u32${down} * u32(${s.groups})${split ? ` * u32(${s.shares})` : ''})`;
  return kernelText(
    `conv ${mode} ${dtype}`,
    [
      { name: 'out', type, write: true },
      { name: 'a', type },
      { name: 'b', type },
    ],
    elementwise(count, piece, SMALL_GROUP),
  );
}

/** Adds up shares, in order. Launch data: elements, shares, start. */
export function convSumText(dtype: DType): KernelText {
  const names = new WordNames();
  const [count, shares, start] = [names.unsigned(), names.unsigned(), names.int()];
  const type = wordType(dtype);
  return kernelText(
    `conv ${dtype}: sum`,
    [
      { name: 'out', type, write: true },
      { name: 'parts', type },
    ],
    elementwise(
      count,
      `var sum = ${type}(0);
  for (var share = 0u; share < ${shares}; share++) { sum += parts[share * ${count} + id]; }
  out[${start} + i32(id)] = ${toWord(narrowed('sum', dtype), dtype)};`,
    ),
  );
}
