import {
  type Backend,
  collapse,
  type DType,
  dtypeInfo,
  type Literal,
  load,
  param,
  referenceOp,
  s,
  scalarKernel,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Array_,
  allDTypes,
  backend,
  floats,
  kernel,
  type Layout,
  lay,
  layouts,
  list,
  look,
  rowMajor,
  values,
} from './support.ts';

const sizes = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 7, max: 40 }));

function launch(device: Backend, out: Array_, a: Array_, b: Array_): void {
  const batch = collapse(
    out.shape.slice(0, -2),
    [out, a, b].map((x) => x.strides.slice(0, -2)),
  );
  const [m, n] = out.shape.slice(-2) as [number, number];
  const plan = { batch, m, n, k: a.shape.at(-1)!, strides: [out, a, b].map((x) => x.strides.slice(-2)) };
  kernel(device, 'matmul')(plan, out, a, b, undefined);
}

describe('matmul', () => {
  test('any sizes, batches, layouts and dtypes', () => {
    fc.assert(
      fc.property(
        fc.tuple(sizes, sizes, sizes),
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
        fc.tuple(layouts, layouts, layouts),
        fc.constantFrom(...allDTypes.filter((d) => d !== 'bool')),
        fc.nat(),
        ([m, n, k], batch, [outLayout, aLayout, bLayout], dtype: DType, seed) => {
          const a = lay(backend, dtype, [...batch, m, k], aLayout, values(dtype, seed, true));
          const b = lay(backend, dtype, [...batch, k, n], bLayout, values(dtype, seed + 1, true));
          const out = lay(backend, dtype, [...batch, m, n], outLayout, undefined, true);
          if (m * n === 0) return;
          launch(backend, out, a, b);
          const [atA, atB, atOut] = [look(a), look(b), look(out)];
          const compute = dtypeInfo[dtype].compute;
          const [mul, add] = [referenceOp('mul', compute), referenceOp('add', compute)];
          const tolerance: { readonly [dtype: string]: number } = {
            float16: 2e-3,
            bfloat16: 2e-2,
            float32: 1e-5,
            float64: 1e-13,
          };
          const outer = batch.map((size) => size - 1);
          for (let i = 0; i < m; i++) {
            for (let j = 0; j < n; j++) {
              let sum: Literal = compute === 'int64' ? 0n : 0;
              let size = 1;
              for (let l = 0; l < k; l++) {
                const product = mul(atA([...outer, i, l]), atB([...outer, l, j]), 0);
                sum = add(sum, product, 0);
                if (typeof product === 'number') size += Math.abs(product);
              }
              const actual = atOut([...outer, i, j]);
              if (!floats.includes(dtype)) expect(actual).toBe(sum);
              else
                expect(Math.abs((actual as number) - (sum as number))).toBeLessThanOrEqual(
                  tolerance[dtype]! * size,
                );
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('an epilogue reads other operands and the output itself', () => {
    const [m, n, k] = [5, 6, 7];
    const a = lay(backend, 'float32', [2, m, k], rowMajor, values('float32', 1, true));
    const b = lay(backend, 'float32', [2, k, n], rowMajor, values('float32', 2, true));
    const bias = lay(backend, 'float32', [n], rowMajor, values('float32', 3, true));
    const out = lay(backend, 'float32', [2, m, n], rowMajor, values('float32', 4, true));
    const plain = lay(backend, 'float32', [2, m, n], rowMajor);
    launch(backend, plain, a, b);
    const before = list(out) as number[];
    const f = (x: number): number => Math.fround(x);
    const expected = (list(plain) as number[]).map((x, i) =>
      f(f(x + f(2 * (list(bias)[i % n] as number))) + before[i]!),
    );
    const body = s.add(
      s.add(load(0, 'float32'), s.mul(param(0, 'float32'), load(1, 'float32'))),
      load(2, 'float32'),
    );
    const batch = collapse([2], [[m * n], [m * k], [k * n], [0], [m * n]]);
    const strides = [
      [n, 1],
      [k, 1],
      [n, 1],
      [0, 1],
      [n, 1],
    ];
    const epilogue = { kernel: scalarKernel(body, 'float32'), inputs: [bias, out], params: [2] };
    kernel(backend, 'matmul')({ batch, m, n, k, strides }, out, a, b, epilogue);
    expect(list(out)).toEqual(expected);
  });
});

test('every transpose gives nearly the same', () => {
  const turned: Layout = { ...rowMajor, order: [1, 0, 2, 3] };
  for (const [m, n, k] of [
    [33, 21, 70],
    [3, 3, 3],
    [1, 50, 300],
    [50, 1, 300],
    [5, 4, 2000],
  ] as const) {
    const results = [rowMajor, turned].map((layout) => {
      const flat = lay(backend, 'float32', [m, k], rowMajor, values('float32', 3, true));
      const a = lay(backend, 'float32', [m, k], layout);
      const identity = scalarKernel(load(0, 'float32'), 'float32');
      const plan = collapse([m, k], [a.strides, flat.strides]);
      kernel(backend, 'map')(identity, { flat: false, ...plan }, a, [flat], []);
      const b = lay(backend, 'float32', [k, n], rowMajor, values('float32', 4, true));
      const out = lay(backend, 'float32', [m, n], layout);
      launch(backend, out, a, b);
      return list(out) as number[];
    });
    const [first, second] = results as [number[], number[]];
    first.forEach((value, i) => {
      expect(Math.abs(value - second[i]!)).toBeLessThan(1e-3);
    });
  }
});
