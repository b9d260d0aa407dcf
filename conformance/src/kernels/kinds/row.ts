import {
  type Backend,
  type DType,
  type Expr,
  interpret,
  type Literal,
  load,
  param,
  planRow,
  type RowStage,
  rowKernel,
  type Strides,
  s,
  scalarKernel,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import {
  type Contents,
  indices,
  type KernelArray,
  type Layout,
  lay,
  list,
  look,
  room,
  rowMajor,
} from '../array.ts';
import { example, type KernelCheck, kernelOf, property } from '../check.ts';
import { dtypesOf, expectClose, values } from '../values.ts';

interface Program {
  readonly operands: number;
  readonly stages: (dtype: DType) => readonly RowStage[];
  readonly element: (dtype: DType) => Expr;
}

const shifted = (d: DType): Expr => s.exp(s.sub(load(0, d), load(1, d)));
const centred = (d: DType): Expr => s.sub(load(0, d), load(3, d));

const softmax: Program = {
  operands: 1,
  stages: (d) => [
    { combine: 'max', pre: load(0, d) },
    { combine: 'sum', pre: shifted(d), save: true },
  ],
  element: (d) => s.div(shifted(d), load(2, d)),
};

const programs: Readonly<Record<string, Program>> = {
  softmax,
  'layer-norm': {
    operands: 3,
    stages: (d) => [
      { combine: 'sum', pre: load(0, d), post: (x) => s.div(x, param(0, d)), save: true },
      { combine: 'sum', pre: s.square(centred(d)), post: (x) => s.add(x, param(1, d)), save: true },
    ],
    element: (d) => s.add(s.mul(s.div(centred(d), s.sqrt(load(4, d))), load(1, d)), load(2, d)),
  },
  'least-and-product': {
    operands: 2,
    stages: (d) => [
      { combine: 'min', pre: s.add(load(0, d), load(1, d)), save: true },
      { combine: 'prod', pre: s.add(s.mul(load(1, d), 0.001), 1) },
    ],
    element: (d) => s.mul(load(2, d), load(3, d)),
  },
};

const folds: Readonly<Record<RowStage['combine'], (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
};

type Evaluate = (loads: readonly Literal[], params: readonly number[]) => number;

function evaluator(body: Expr): Evaluate {
  const run = interpret(scalarKernel(body, 'float64'));
  return (loads, params) => run({ loads, params, position: 0 }) as number;
}

/** What a row of a program's inputs gives. */
type Meaning = (
  inputs: readonly Contents[],
  row: readonly (readonly number[])[],
  params: readonly number[],
) => { readonly out: number[]; readonly found: number[] };

/** What a program makes of a row, in double precision. */
function meaningOf({ operands, stages, element }: Program): Meaning {
  const result = load(0, 'float64');
  const parts = stages('float64').map(({ combine, pre, post }) => ({
    fold: folds[combine],
    pre: evaluator(pre),
    post: evaluator(post?.(result) ?? result),
  }));
  const last = evaluator(element('float64'));
  return (inputs, row, params) => {
    const found: number[] = [];
    const at = (index: readonly number[]): Literal[] => [
      ...Array.from({ length: operands }, (_, i) => inputs[i]!(index)),
      ...found,
    ];
    for (const { fold, pre, post } of parts) {
      const combined = row.map((index) => pre(at(index), params)).reduce((a, b) => fold(a, b));
      found.push(post([combined], params));
    }
    return { out: row.map((index) => last(at(index), params)), found };
  };
}

async function tryProgram(
  backend: Backend,
  program: Program,
  dtype: DType,
  shape: readonly [number, number, number],
  inputs: readonly KernelArray[],
  layout: Layout,
): Promise<void> {
  const [a, b, length] = shape;
  const kernel = rowKernel(program.operands, program.stages(dtype), program.element(dtype), dtype);
  const out = room(backend, dtype, shape, layout);
  const results = kernel.saves.map(() => room(backend, dtype, [a, b]));
  const over = ({ strides }: KernelArray): Strides => [...strides, 0];
  const own = inputs.map(({ strides }) => strides);
  const plan = planRow(shape, [2], out.strides, own, results.map(over))!;
  const params = [length, 0.5];
  const meaning = meaningOf(program);
  kernelOf(backend, 'row')(kernel, plan, out, inputs, results, params);
  const [at, from, saved] = [
    await look(out),
    await Promise.all(inputs.map(look)),
    await Promise.all(results.map(look)),
  ];
  for (const outer of indices([a, b])) {
    const row = Array.from({ length }, (_, k) => [...outer, k]);
    const { out: wanted, found } = meaning(from, row, params);
    for (const [k, index] of row.entries()) {
      expectClose(
        at(index),
        wanted[k]!,
        dtype,
        `row ${outer}, element ${k}`,
        8 + length / 8 + Math.abs(wanted[k]!),
      );
    }
    for (const [i, stage] of kernel.saves.entries()) {
      const value = found[stage]!;
      expectClose(
        saved[i]!(outer),
        value,
        dtype,
        `row ${outer}, stage ${stage}`,
        8 + length / 8 + Math.abs(value),
      );
    }
  }
}

/** How an input lies: with elements of its own, one row for all, or one element for a row. */
const kinds = fc.constantFrom('own', 'row', 'element' as const);
const turned: Layout = { ...rowMajor, order: [1, 0, 2, 3], offset: 2 };

const anyRows = Object.entries(programs).map(([name, program]) =>
  property(
    `row/${name}`,
    (backend) =>
      fc.record({
        rows: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
        length: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 100, max: 700 })),
        kinds: fc.array(kinds, { minLength: 3, maxLength: 3 }),
        layout: fc.constantFrom(rowMajor, turned),
        dtype: fc.constantFrom(...dtypesOf(backend).floats.filter((d) => d === 'float32' || d === 'float64')),
        seed: fc.nat(),
      }),
    async (backend, { rows: [a, b], length, kinds: lie, layout, dtype, seed }) => {
      const inputs = Array.from({ length: program.operands }, (_, i) => {
        const kind = i === 0 ? 'own' : lie[i]!;
        const repeat = [kind === 'row', kind === 'row', kind === 'element', false];
        return lay(backend, dtype, [a, b, length], { ...layout, repeat }, values(dtype, seed + i));
      });
      await tryProgram(backend, program, dtype, [a, b, length], inputs, layout);
    },
  ),
);

const nan = example('row/nan', async (backend) => {
  const kernel = rowKernel(1, softmax.stages('float32'), softmax.element('float32'), 'float32');
  const rows = [1, Number.NaN, 2, -Infinity, -Infinity, -Infinity, 0, 1, 1];
  let next = 0;
  const input = lay(backend, 'float32', [3, 3], rowMajor, () => rows[next++]!);
  const [out, sums] = [room(backend, 'float32', [3, 3]), room(backend, 'float32', [3])];
  const plan = planRow([3, 3], [1], out.strides, [input.strides], [[1, 0]])!;
  kernelOf(backend, 'row')(kernel, plan, out, [input], [sums], []);
  (await list(out)).forEach((value, i) => {
    if (Number.isNaN(value) !== i < 6)
      throw new Error(`NaN and rows of -Infinity give NaN: got ${value} at ${i}`);
  });
});

export const rowChecks: readonly KernelCheck[] = [...anyRows, nan];
