import {
  type Combine,
  type DType,
  dtypeInfo,
  type Literal,
  literal,
  load,
  param,
  planReduce,
  reduceKernel,
  referenceOp,
  s,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Array_,
  backend,
  dense,
  floats,
  indices,
  kernel,
  lay,
  list,
  look,
  rowMajor,
  stored,
  values,
} from './support.ts';

/** The elements that each result is made of, in row-major order. */
function groups(array: Array_, axes: readonly number[]): Literal[][] {
  const at = look(array);
  const kept = array.shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const strides = kept.map((_, i) => kept.slice(i + 1).reduce((n, d) => n * array.shape[d]!, 1));
  const result: Literal[][] = Array.from({ length: kept.reduce((n, d) => n * array.shape[d]!, 1) }, () => []);
  for (const index of indices(array.shape)) {
    result[kept.reduce((n, d, i) => n + index[d]! * strides[i]!, 0)]!.push(at(index));
  }
  return result;
}

function naive(combine: Combine, xs: readonly Literal[], dtype: DType): Literal {
  const nan = xs.findIndex((x) => Number.isNaN(x));
  if (combine === 'argmax' || combine === 'argmin') {
    if (nan >= 0) return BigInt(nan);
    return BigInt(
      xs.reduce<number>(
        (best, x, i) => ((combine === 'argmax' ? x > xs[best]! : x < xs[best]!) ? i : best),
        0,
      ),
    );
  }
  if (combine === 'max' || combine === 'min')
    return xs.reduce((a, b) => referenceOp(combine, dtype)(a, b, 0));
  const one = combine === 'sum' ? 0 : 1;
  if (dtype === 'int64') {
    const [zero, step] = [BigInt(one), (a: bigint, b: bigint) => (combine === 'sum' ? a + b : a * b)];
    return BigInt.asIntN(64, (xs as bigint[]).reduce(step, zero));
  }
  const float = dtype === 'float32' || dtype === 'float64';
  if (!float) return xs.reduce((a, b) => referenceOp(combine === 'sum' ? 'add' : 'mul', dtype)(a, b, 0), one);
  return (xs as number[]).reduce((a, b) => (combine === 'sum' ? a + b : a * b), one);
}

function close(actual: Literal, expected: Literal, dtype: DType): void {
  const tolerance: { readonly [dtype: string]: number } = {
    float16: 1e-3,
    bfloat16: 1e-2,
    float32: 1e-6,
    float64: 1e-13,
  };
  if (typeof expected !== 'number' || !Number.isFinite(expected) || !floats.includes(dtype))
    expect(actual).toBe(expected);
  else
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(
      tolerance[dtype]! * (1 + Math.abs(expected)),
    );
}

test('a sum of ten million tenths', () => {
  const n = 1e7;
  for (const stride of [1, 2]) {
    const buffer = backend.alloc('float64', n, {});
    backend.write(buffer, 0, new Float64Array(n).fill(0.1));
    const out = lay(backend, 'float64', [], rowMajor);
    const view = { storage: { buffer }, offset: 0, dtype: 'float64' as const };
    const plan = planReduce([n / stride], [0], [], [[stride]], false);
    kernel(backend, 'reduce')(reduceKernel('sum', load(0, 'float64'), 'float64'), plan, out, [view], []);
    expect(Math.abs(((list(out)[0] as number) * stride) / 1e6 - 1)).toBeLessThan(5e-15);
    backend.free(buffer);
  }
});

test('several dimensions with long rows, by way of an intermediate result', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 32, max: 70 }),
      fc.constantFrom('sum', 'max', 'prod' as const),
      (batch, channels, pixels, combine) => {
        const shape = [batch + 1, channels, pixels];
        const array = lay(backend, 'float32', shape, rowMajor, values('float32', pixels, true));
        const out = lay(backend, 'float32', [channels], rowMajor);
        const plan = planReduce(shape, [0, 2], out.strides, [array.strides], false);
        const half = s.mul(load(0, 'float32'), literal(0.5, 'float32'));
        const twice = reduceKernel(combine, half, 'float32', (x) => s.mul(x, param(0, 'float32')));
        kernel(backend, 'reduce')(twice, plan, out, [array], [3]);
        const at = look(array);
        for (let c = 0; c < channels; c++) {
          let expected = combine === 'sum' ? 0 : combine === 'prod' ? 1 : -Infinity;
          for (const [n, own, p] of indices(shape) as Generator<[number, number, number]>) {
            if (own !== c) continue;
            const value = (at([n, own, p]) as number) / 2;
            expected =
              combine === 'sum'
                ? expected + value
                : combine === 'prod'
                  ? expected * value
                  : Math.max(expected, value);
          }
          const got = list(out)[c] as number;
          expect(Math.abs(got - 3 * expected)).toBeLessThanOrEqual(
            1e-5 * Math.max(1, Math.abs(3 * expected)),
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe('windows', () => {
  const pools = fc.record({
    size: fc.tuple(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 8, max: 40 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    seed: fc.nat(),
  });

  test.each(['sum', 'prod', 'max', 'min', 'argmax', 'argmin'] as const)('%s of pools', (combine) => {
    fc.assert(
      fc.property(
        pools,
        fc.constantFrom<DType>('float32', 'float64', 'int32', 'int64'),
        ({ size: [h, w], kernel: [kh, kw], stride: [sh, sw], seed }, dtype) => {
          const counts = [Math.floor((h - kh) / sh) + 1, Math.floor((w - kw) / sw) + 1] as const;
          if (counts[0] < 1) return;
          const plane = lay(backend, dtype, [2, h, w], rowMajor, values(dtype, seed));
          const [outer, row, column] = plane.strides as [number, number, number];
          const seen = {
            ...plane,
            shape: [2, ...counts, kh, kw],
            strides: [outer, row * sh, column * sw, row, column],
          };
          const output = combine.startsWith('arg') ? 'int64' : dtype;
          const out = lay(backend, output, [2, ...counts], rowMajor, undefined, true);
          const made = reduceKernel(combine, load(0, dtype), output);
          const arg = combine.startsWith('arg');
          const plan = planReduce(seen.shape, [3, 4], out.strides, [seen.strides], arg);
          kernel(backend, 'reduce')(made, plan, out, [seen], []);
          const compute = dtypeInfo[dtype].compute;
          const expected = groups(seen, [3, 4]).map((xs) => stored(naive(combine, xs, compute), output));
          for (const [i, value] of list(out).entries()) close(value, expected[i]!, output);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('with something done before and after, and with more elements than lanes', () => {
    const row = dense(
      backend,
      'float32',
      Array.from({ length: 23 }, (_, i) => i - 7),
    );
    const seen = { ...row, shape: [11, 3], strides: [2, 1] };
    const out = lay(backend, 'float32', [11], rowMajor, undefined, true);
    const made = reduceKernel('sum', s.mul(load(0, 'float32'), param(0, 'float32')), 'float32', (total) =>
      s.add(total, 1),
    );
    const plan = planReduce(seen.shape, [1], out.strides, [seen.strides], false);
    kernel(backend, 'reduce')(made, plan, out, [seen], [2]);
    expect(list(out)).toEqual(Array.from({ length: 11 }, (_, i) => 2 * 3 * (2 * i + 1 - 7) + 1));
  });
});
