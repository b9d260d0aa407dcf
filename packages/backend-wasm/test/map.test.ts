import {
  cast,
  castValue,
  type DType,
  dtypeInfo,
  literal,
  load,
  param,
  planMap,
  position,
  referenceOp,
  s,
  scalarKernel,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allDTypes,
  backend,
  indices,
  kernel,
  lay,
  layouts,
  list,
  look,
  shapes,
  stored,
  values,
} from './support.ts';

describe('map', () => {
  test('any layout of any dtype', () => {
    fc.assert(
      fc.property(
        shapes(),
        fc.tuple(layouts, layouts, layouts),
        fc.constantFrom(...allDTypes.filter((d) => d !== 'bool')),
        fc.constantFrom(...allDTypes),
        fc.nat(),
        (shape, [outLayout, aLayout, bLayout], dtype: DType, output: DType, seed) => {
          const compute = dtypeInfo[dtype].compute;
          const a = lay(backend, dtype, shape, aLayout, values(dtype, seed));
          const b = lay(backend, dtype, shape, bLayout, values(dtype, seed + 1));
          const out = lay(backend, output, shape, outLayout, undefined, true);
          const x = load(0, dtype);
          const body = s.sub(s.mul(x, load(1, dtype)), s.add(param(0, dtype), x));
          const plan = planMap(shape, [out.strides, a.strides, b.strides]);
          const scalar = stored(3, compute);
          kernel(backend, 'map')(scalarKernel(body, output), plan, out, [a, b], [scalar]);
          const [mul, add, sub] = (['mul', 'add', 'sub'] as const).map((op) => referenceOp(op, compute));
          const [atA, atB] = [look(a), look(b)];
          const expected = Array.from(indices(shape), (i) => {
            const value = sub!(mul!(atA(i), atB(i), 0), add!(scalar, atA(i), 0), 0);
            return stored(castValue(value, compute, dtypeInfo[output].compute), output);
          });
          expect(list(out)).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('positions count in row-major order', () => {
    fc.assert(
      fc.property(shapes(), layouts, (shape, layout) => {
        const out = lay(backend, 'float32', shape, layout, undefined, true);
        const body = s.mul(cast(position('int64'), 'float32'), literal(2, 'float32'));
        kernel(backend, 'map')(
          scalarKernel(body, 'float32'),
          planMap(shape, [out.strides], true),
          out,
          [],
          [],
        );
        expect(list(out)).toEqual(Array.from(indices(shape), (__, i) => 2 * i).map((v) => v));
      }),
      { numRuns: 50 },
    );
  });

  test('in place over the very same view', () => {
    const a = lay(
      backend,
      'float32',
      [3, 4],
      { order: [1, 0, 2, 3], steps: [1, 2, 1, 1], repeat: [], offset: 2 },
      values('float32', 5, true),
      true,
    );
    const before = list(a) as number[];
    const plan = planMap([3, 4], [a.strides, a.strides]);
    kernel(backend, 'map')(
      scalarKernel(s.add(load(0, 'float32'), load(0, 'float32')), 'float32'),
      plan,
      a,
      [a],
      [],
    );
    expect(list(a)).toEqual(before.map((v) => v + v));
  });
});
