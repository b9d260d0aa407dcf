import {
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
import { expect, test } from 'vitest';
import {
  type Array_,
  backend,
  indices,
  kernel,
  type Layout,
  lay,
  list,
  look,
  rowMajor,
  values,
} from './support.ts';

interface Program {
  readonly operands: number;
  readonly stages: (dtype: DType) => readonly RowStage[];
  readonly element: (dtype: DType) => Expr;
}

const shifted = (d: DType): Expr => s.exp(s.sub(load(0, d), load(1, d)));
const centred = (d: DType): Expr => s.sub(load(0, d), load(3, d));

const programs: Readonly<Record<string, Program>> = {
  softmax: {
    operands: 1,
    stages: (d) => [
      { combine: 'max', pre: load(0, d) },
      { combine: 'sum', pre: shifted(d), save: true },
    ],
    element: (d) => s.div(shifted(d), load(2, d)),
  },
  'scaled and shifted deviations': {
    operands: 3,
    stages: (d) => [
      { combine: 'sum', pre: load(0, d), post: (x) => s.div(x, param(0, d)), save: true },
      { combine: 'sum', pre: s.square(centred(d)), post: (x) => s.add(x, param(1, d)), save: true },
    ],
    element: (d) => s.add(s.mul(s.div(centred(d), s.sqrt(load(4, d))), load(1, d)), load(2, d)),
  },
  'the least and the product': {
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

/** What the program means, in double precision. */
function meaning(
  { operands, stages, element }: Program,
  inputs: readonly ((index: readonly number[]) => Literal)[],
  row: readonly (readonly number[])[],
  params: readonly number[],
): { readonly out: number[]; readonly found: number[] } {
  const found: number[] = [];
  const evaluate = (body: Expr, index: readonly number[]): number =>
    interpret(scalarKernel(body, 'float64'))({
      loads: [...Array.from({ length: operands }, (_, i) => inputs[i]!(index)), ...found],
      params,
      position: 0,
    }) as number;
  for (const { combine, pre, post } of stages('float64')) {
    const combined = row.map((index) => evaluate(pre, index)).reduce(folds[combine]);
    const last = post?.(load(0, 'float64')) ?? load(0, 'float64');
    found.push(
      interpret(scalarKernel(last, 'float64'))({ loads: [combined], params, position: 0 }) as number,
    );
  }
  return { out: row.map((index) => evaluate(element('float64'), index)), found };
}

const near = (got: Literal, wanted: number, dtype: DType): void => {
  const close = dtype === 'float32' ? 3e-5 : 1e-12;
  expect(Math.abs((got as number) - wanted)).toBeLessThanOrEqual(close * (1 + Math.abs(wanted)));
};

/** Where each operand lies: its own elements, one row for all, or one element for a row. */
const kinds = fc.constantFrom('own', 'row', 'splat' as const);

test.each(Object.entries(programs))('%s over rows of any length, in any layout', (_, program) => {
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 100, max: 700 })),
      fc.array(kinds, { minLength: 3, maxLength: 3 }),
      fc.boolean(),
      fc.constantFrom('float32', 'float64' as const),
      fc.nat(),
      ([a, b], length, layoutsOf, turned, dtype, seed) => {
        const shape = [a, b, length];
        const turn: Layout = { ...rowMajor, order: [1, 0, 2, 3], offset: 2 };
        const inputs = Array.from({ length: program.operands }, (__, i): Array_ => {
          const kind = i === 0 ? 'own' : layoutsOf[i]!;
          const repeat = [kind === 'row', kind === 'row', kind === 'splat', false];
          return lay(
            backend,
            dtype,
            shape,
            { ...(turned ? turn : rowMajor), repeat },
            values(dtype, seed + i, true),
          );
        });
        const compiled = rowKernel(program.operands, program.stages(dtype), program.element(dtype), dtype);
        const out = lay(backend, dtype, shape, turned ? turn : rowMajor, undefined, true);
        const results = compiled.saves.map(() => lay(backend, dtype, [a, b], rowMajor));
        const over = ({ strides }: Array_): Strides => [...strides, 0];
        const plan = planRow(
          shape,
          [2],
          out.strides,
          inputs.map(({ strides }) => strides),
          results.map(over),
        );
        const params = [length, 0.5];
        kernel(backend, 'row')(compiled, plan!, out, inputs, results, params);
        const at = look(out);
        const stored = results.map(look);
        for (const outer of indices([a, b])) {
          const row = Array.from({ length }, (__, k) => [...outer, k]);
          const wanted = meaning(program, inputs.map(look), row, params);
          for (const [k, index] of row.entries()) near(at(index), wanted.out[k]!, dtype);
          for (const [i, stage] of compiled.saves.entries()) {
            near(stored[i]!(outer), wanted.found[stage]!, dtype);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('NaN wins, and rows of nothing but -Infinity give NaN as they do in PyTorch', () => {
  const { stages, element } = programs.softmax!;
  const compiled = rowKernel(1, stages('float32'), element('float32'), 'float32');
  const rows = [1, Number.NaN, 2, -Infinity, -Infinity, -Infinity, 0, Infinity, 1];
  let next = 0;
  const input = lay(backend, 'float32', [3, 3], rowMajor, () => rows[next++]!);
  const out = lay(backend, 'float32', [3, 3], rowMajor);
  const sums = lay(backend, 'float32', [3], rowMajor);
  const plan = planRow([3, 3], [1], out.strides, [input.strides], [[1, 0]]);
  kernel(backend, 'row')(compiled, plan!, out, [input], [sums], []);
  expect(
    list(out)
      .slice(0, 6)
      .every((x) => Number.isNaN(x)),
  ).toBe(true);
});
