import {
  castValue,
  type DType,
  dtypeInfo,
  type Literal,
  planAlongAxis,
  referenceOp,
  type ScanCombine,
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
  rowMajor,
  stored,
  values,
} from './support.ts';

const combines: readonly ScanCombine[] = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin', 'logaddexp'];

function outputOf(combine: ScanCombine, dtype: DType): DType {
  if (combine.startsWith('arg')) return 'int64';
  return dtype === 'bool' && combine !== 'max' && combine !== 'min' ? 'int64' : dtype;
}

/** The running results over a line, each from scratch; floats in double, as the sums are kept. */
function prefixes(combine: ScanCombine, xs: readonly Literal[], dtype: DType): Literal[] {
  const extreme = combine.endsWith('max') ? 'max' : 'min';
  const wide = dtype === 'float32' ? 'float64' : dtype;
  return xs.map((_, end) => {
    const head = xs.slice(0, end + 1);
    if (combine === 'sum' || combine === 'prod') {
      const op = referenceOp(combine === 'sum' ? 'add' : 'mul', wide);
      const one = castValue(combine === 'sum' ? 0n : 1n, 'int64', wide);
      return head.reduce((a, b) => op(a, b, 0), one);
    }
    if (combine === 'logaddexp') {
      const ys = head as number[];
      const high = Math.max(...ys);
      return Number.isFinite(high)
        ? high + Math.log(ys.reduce((sum, y) => sum + Math.exp(y - high), 0))
        : high;
    }
    const best = head.reduce((a, b) => referenceOp(extreme, dtype)(a, b, 0));
    if (!combine.startsWith('arg')) return best;
    return BigInt(head.findLastIndex((x) => x === best || (Number.isNaN(x) && Number.isNaN(best))));
  });
}

describe('scan', () => {
  test.each(combines)('%s along any axis of any layout', (combine) => {
    const dtypes = combine === 'logaddexp' ? (['float32', 'float64'] as const) : allDTypes;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        layouts,
        layouts,
        fc.constantFrom(...dtypes),
        fc.nat(),
        (shape, d, layout, outLayout, dtype, seed) => {
          const axis = d % shape.length;
          const output = outputOf(combine, dtype);
          const compute = combine.startsWith('arg') ? dtypeInfo[dtype].compute : dtypeInfo[output].compute;
          const input = lay(backend, dtype, shape, layout, values(dtype, seed));
          const out = lay(backend, output, shape, outLayout, undefined, true);
          kernel(backend, 'scan')(
            combine,
            planAlongAxis(shape, axis, [out.strides, input.strides]),
            out,
            input,
          );
          const [at, result] = [look(input), look(out)];
          for (const index of indices(shape)) {
            const line = Array.from({ length: index[axis]! + 1 }, (__, k) =>
              castValue(at(index.with(axis, k)), dtypeInfo[dtype].compute, compute),
            );
            const expected = stored(prefixes(combine, line, compute).at(-1)!, output);
            const actual = result(index);
            if (combine !== 'logaddexp')
              expect(Object.is(actual, -0) ? 0 : actual).toEqual(Object.is(expected, -0) ? 0 : expected);
            else if (!Number.isFinite(expected)) expect(actual).toBe(expected);
            else expect(Math.abs((actual as number) - (expected as number))).toBeLessThan(1e-5);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('of equals the last place, of NaN the last NaN', () => {
    const input = dense(backend, 'float32', [1, 3, 3, 2, Number.NaN, 9, Number.NaN]);
    const out = lay(backend, 'int64', [7], rowMajor);
    kernel(backend, 'scan')('argmax', planAlongAxis([7], 0, [[1], [1]]), out, input);
    expect(list(out)).toEqual([0n, 1n, 2n, 2n, 4n, 4n, 6n]);
  });
});
