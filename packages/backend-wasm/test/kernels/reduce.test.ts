import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { f32x4, instantiate, Module } from '../../src/asm/index.ts';
import { detectFeatures } from '../../src/features.ts';
import {
  type Combine,
  defineColumns,
  defineRows,
  type ReduceElement,
  type ReduceSpec,
} from '../../src/kernels/reduce/index.ts';

const memory = new WebAssembly.Memory({ initial: 64 });
const target = { shared: false, relaxed: detectFeatures().relaxed };
const [input, other, output] = [0, 1 << 20, 2 << 20];

type Call = (...args: number[]) => void;

function compile(spec: ReduceSpec): { rows: Call; columns: Call } {
  const module = new Module(target);
  defineRows(module, 'rows', spec);
  defineColumns(module, 'columns', spec);
  return instantiate(module, memory);
}

const views = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: BigInt64Array };
const meaning: Record<Combine, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};
const identity: Record<Combine, number> = { sum: 0, prod: 1, max: -Infinity, min: Infinity };

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  columns: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(1023, 1024, 1100, 2500)),
  pad: fc.integer({ min: 0, max: 3 }),
});

describe.each(['f32', 'f64', 'i32', 'i64'] as const)('%s', (element: ReduceElement) => {
  const size = element.endsWith('32') ? 4 : 8;
  test.each(['sum', 'prod', 'max', 'min'] as const)('%s over rows and down columns', (combine) => {
    const { rows: reduceRows, columns: reduceColumns } = compile({ element, combine, inputs: 1 });
    fc.assert(
      fc.property(shapes, ({ rows, columns, pad }) => {
        const pitch = columns + pad;
        const data = new views[element](memory.buffer, input, rows * pitch);
        for (let i = 0; i < data.length; i++) {
          const value =
            combine === 'prod' ? [1, -1, 1, 1, 1][i % 5] : (Math.imul(i, 0x9e3779b1) >>> 22) - 512;
          data[i] = element === 'i64' ? BigInt(value ?? 0) : (value ?? 0);
        }
        const at = (i: number, j: number): number => Number(data[i * pitch + j]);
        const out = new views[element](memory.buffer, output);
        reduceRows(output, size, rows, columns, input, pitch * size);
        for (let i = 0; i < rows; i++) {
          let expected = identity[combine];
          for (let j = 0; j < columns; j++) expected = meaning[combine](expected, at(i, j));
          expect(Number(out[i])).toBe(expected);
        }
        reduceColumns(output, rows, columns, input, pitch * size);
        for (let j = 0; j < columns; j++) {
          let expected = identity[combine];
          for (let i = 0; i < rows; i++) expected = meaning[combine](expected, at(i, j));
          expect(Number(out[j])).toBe(expected);
        }
      }),
      { numRuns: 15 },
    );
  });
});

test('NaN wins in max and min, wherever it stands', () => {
  for (const combine of ['max', 'min'] as const) {
    const { rows } = compile({ element: 'f32', combine, inputs: 1 });
    const data = new Float32Array(memory.buffer, input, 37);
    const out = new Float32Array(memory.buffer, output, 1);
    for (let i = 0; i < 37; i++) {
      data.fill(1);
      data[i] = Number.NaN;
      rows(output, 4, 1, 37, input, 0);
      expect(out[0]).toBeNaN();
    }
  }
});

test('a mapped sum of two operands: the dot product; post-processing: a norm', () => {
  const { rows } = compile({
    element: 'f32',
    combine: 'sum',
    inputs: 2,
    params: ['f32'],
    map: (_f, [x, y]) => f32x4.mul(x as never, y as never),
    post: (_f, sum, [factor]) => f32x4.sqrt(f32x4.mul(sum, f32x4.splat(factor as never))),
  });
  const a = new Float32Array(memory.buffer, input, 103).map((_, i, all) => (all[i] = i - 50));
  const b = new Float32Array(memory.buffer, other, 103);
  b.set(a);
  rows(output, 4, 1, 103, input, 0, other, 0, 4);
  const exact = Math.sqrt(4 * a.reduce((sum, x) => sum + x * x, 0));
  expect(new Float32Array(memory.buffer, output, 1)[0]).toBe(Math.fround(exact));
});

test('a long float sum is as good as one in double, and parts of it can be had in double', () => {
  const { rows } = compile({ element: 'f32', combine: 'sum', inputs: 1 });
  const { rows: parts } = compile({ element: 'f32', combine: 'sum', inputs: 1, partial: true });
  const n = 200_003;
  const data = new Float32Array(memory.buffer, input, n);
  let exact = 0;
  for (let i = 0; i < n; i++) exact += data[i] = Math.fround(0.1 + (i % 7) * 1e-3);
  rows(output, 4, 1, n, input, 0);
  expect(Math.abs((new Float32Array(memory.buffer, output, 1)[0] as number) / exact - 1)).toBeLessThan(1e-7);
  parts(output, 8, 1, n, input, 0);
  expect(Math.abs((new Float64Array(memory.buffer, output, 1)[0] as number) / exact - 1)).toBeLessThan(1e-7);
});
