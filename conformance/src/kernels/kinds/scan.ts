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
import { dense, indices, lay, layouts, list, look, room, stored } from '../array.ts';
import { example, type KernelCheck, kernelOf, property } from '../check.ts';
import { dtypesOf, expectClose, expectSame, values } from '../values.ts';

const combines: readonly ScanCombine[] = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin', 'logaddexp'];

function outputOf(combine: ScanCombine, dtype: DType): DType {
  if (combine.startsWith('arg')) return 'int64';
  return dtype === 'bool' && combine !== 'max' && combine !== 'min' ? 'int64' : dtype;
}

/** The running result at the end of a line, from scratch; floats in double precision. */
function running(combine: ScanCombine, line: readonly Literal[], dtype: DType): Literal {
  if (combine === 'sum' || combine === 'prod') {
    const wide = dtype === 'float32' ? 'float64' : dtype;
    const op = referenceOp(combine === 'sum' ? 'add' : 'mul', wide);
    return line.reduce((a, b) => op(a, b, 0));
  }
  if (combine === 'logaddexp') {
    const ys = line as number[];
    const high = Math.max(...ys);
    if (!Number.isFinite(high)) return high;
    return high + Math.log(ys.reduce((sum, y) => sum + Math.exp(y - high), 0));
  }
  const extreme = combine.endsWith('max') ? 'max' : 'min';
  const best = line.reduce((a, b) => referenceOp(extreme, dtype)(a, b, 0));
  if (!combine.startsWith('arg')) return best;
  return BigInt(line.findLastIndex((x) => x === best || (Number.isNaN(x) && Number.isNaN(best))));
}

const anyLayout = combines.map((combine) =>
  property(
    `scan/${combine}`,
    (backend) => {
      const { all, floats } = dtypesOf(backend);
      const logs = floats.filter((dtype) => dtype === 'float32' || dtype === 'float64');
      return fc.record({
        shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        d: fc.nat(3),
        layout: layouts,
        to: layouts,
        dtype: fc.constantFrom(...(combine === 'logaddexp' ? logs : all)),
        seed: fc.nat(),
      });
    },
    async (backend, { shape, d, layout, to, dtype, seed }) => {
      const axis = d % shape.length;
      const output = outputOf(combine, dtype);
      const compute = dtypeInfo[combine.startsWith('arg') ? dtype : output].compute;
      const awkward = dtypesOf(backend).whole.has(dtype) && combine !== 'prod';
      const input = lay(backend, dtype, shape, layout, values(dtype, seed, awkward));
      const out = room(backend, output, shape, to);
      const plan = planAlongAxis(shape, axis, [out.strides, input.strides]);
      kernelOf(backend, 'scan')(combine, plan, out, input);
      const [at, result] = [await look(input), await look(out)];
      for (const index of indices(shape)) {
        const line = Array.from({ length: index[axis]! + 1 }, (_, k) =>
          castValue(at(index.with(axis, k)), dtypeInfo[dtype].compute, compute),
        );
        const expected = stored(running(combine, line, compute), output);
        const size = line.reduce((n: number, x) => n + Math.abs(Number(x)), Math.abs(Number(expected)));
        expectClose(result(index), expected, output, `${combine} of ${dtype} at ${index}`, size);
      }
    },
  ),
);

const lastOfEquals = example('scan/last-of-equals', async (backend) => {
  const input = dense(backend, 'float32', [1, 3, 3, 2, Number.NaN, 9, Number.NaN]);
  const out = room(backend, 'int64', [7]);
  kernelOf(backend, 'scan')('argmax', planAlongAxis([7], 0, [[1], [1]]), out, input);
  expectSame(await list(out), [0n, 1n, 2n, 2n, 4n, 4n, 6n], 'places of running maxima');
});

const long = example('scan/long-lines', async (backend) => {
  const n = 3000;
  const input = dense(backend, 'float32', new Array(n).fill(1));
  const out = room(backend, 'float32', [n]);
  kernelOf(backend, 'scan')('sum', planAlongAxis([n], 0, [[1], [1]]), out, input);
  expectSame(
    await list(out),
    Array.from({ length: n }, (_, i) => i + 1),
    'a long running sum',
  );
});

export const scanChecks: readonly KernelCheck[] = [...anyLayout, lastOfEquals, long];
