import {
  type DType,
  dtypeInfo,
  type Literal,
  planIndexed,
  referenceOp,
  type ScalarOp,
  type ScatterMode,
  type Strides,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allDTypes,
  backend,
  dense,
  indices,
  kernel,
  lay,
  layouts,
  list,
  look,
  stored,
  values,
} from './support.ts';

const cases = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  d: fc.nat(2),
  axisSize: fc.integer({ min: 1, max: 5 }),
  layouts: fc.tuple(layouts, layouts, layouts),
  dtype: fc.constantFrom(...allDTypes),
  seed: fc.nat(),
});

const positions = (size: number, seed: number): (() => Literal) => {
  const next = values('float64', seed, true);
  return () => BigInt(Math.floor(Math.abs(next() as number) * 1000) % (2 * size)) - BigInt(size);
};

const wrap = (i: Literal, size: number): number => Number(i) + (Number(i) < 0 ? size : 0);

function combined(mode: ScatterMode, old: Literal, value: Literal, dtype: DType): Literal {
  if (mode === 'set') return value;
  const bool: { readonly [mode: string]: ScalarOp } = { add: 'or', max: 'or', mul: 'and', min: 'and' };
  const op = dtype === 'bool' ? bool[mode]! : mode;
  return stored(referenceOp(op, dtypeInfo[dtype].compute)(old, value, 0), dtype);
}

describe('gather and scatter', () => {
  test('gather from any layout', () => {
    fc.assert(
      fc.property(cases, ({ shape, d, axisSize, layouts: [outLayout, indexLayout, layout], dtype, seed }) => {
        const axis = d % shape.length;
        const source = lay(backend, dtype, shape.with(axis, axisSize), layout, values(dtype, seed));
        const index = lay(backend, 'int64', shape, indexLayout, positions(axisSize, seed));
        const out = lay(backend, dtype, shape, outLayout, undefined, true);
        const strides: [Strides, Strides, Strides] = [out.strides, index.strides, source.strides];
        const plan = planIndexed(shape, axis, strides, 2, axisSize, true);
        expect(kernel(backend, 'gather')(plan, out, index, source)).toBeUndefined();
        const [at, from] = [look(index), look(source)];
        const expected = Array.from(indices(shape), (i) => from(i.with(axis, wrap(at(i), axisSize))));
        expect(list(out)).toEqual(expected);
      }),
      { numRuns: 80 },
    );
  });

  test.each(['set', 'add', 'mul', 'max', 'min'] as const)('scatter %s into any layout', (mode) => {
    fc.assert(
      fc.property(cases, ({ shape, d, axisSize, layouts: [outLayout, indexLayout, layout], dtype, seed }) => {
        const axis = d % shape.length;
        const source = lay(backend, dtype, shape, layout, values(dtype, seed));
        const index = lay(backend, 'int64', shape, indexLayout, positions(axisSize, seed));
        const outShape = shape.with(axis, axisSize);
        const out = lay(backend, dtype, outShape, outLayout, values(dtype, seed + 7), true);
        const expected = new Map<string, Literal>();
        const before = look(out);
        for (const i of indices(outShape)) expected.set(String(i), before(i));
        const [at, from] = [look(index), look(source)];
        for (const i of indices(shape)) {
          const to = String(i.with(axis, wrap(at(i), axisSize)));
          expected.set(to, combined(mode, expected.get(to)!, from(i), dtype));
        }
        const strides: [Strides, Strides, Strides] = [out.strides, index.strides, source.strides];
        const plan = planIndexed(shape, axis, strides, 0, axisSize, true);
        expect(kernel(backend, 'scatter')(mode, plan, out, index, source)).toBeUndefined();
        expect(list(out)).toEqual([...expected.values()]);
      }),
      { numRuns: 40 },
    );
  });

  test('the first index out of range is given back, and nothing is written', () => {
    const out = dense(backend, 'float32', [1, 2, 3]);
    const source = dense(backend, 'float32', [7, 8, 9, 10]);
    const index = dense(backend, 'int64', [0n, -3n, 2n ** 40n, 3n]);
    const plan = planIndexed([4], 0, [[1], [1], [1]], 0, 3, true);
    expect(kernel(backend, 'scatter')('add', plan, out, index, source)).toBe(2 ** 40);
    expect(list(out)).toEqual([1, 2, 3]);
    const gathered = planIndexed([4], 0, [[1], [1], [1]], 2, 3, true);
    const room = dense(backend, 'float32', [0, 0, 0, 0]);
    expect(kernel(backend, 'gather')(gathered, room, dense(backend, 'int64', [0n, -4n, 1n, 3n]), out)).toBe(
      -4,
    );
    const strict = planIndexed([4], 0, [[1], [1], [1]], 2, 3, false);
    expect(kernel(backend, 'gather')(strict, room, dense(backend, 'int64', [2n, 0n, -1n, 3n]), out)).toBe(-1);
    expect(
      kernel(backend, 'scatter')(
        'set',
        { ...strict },
        out,
        dense(backend, 'int64', [2n, -2n, 0n, 0n]),
        source,
      ),
    ).toBe(-2);
  });
});
