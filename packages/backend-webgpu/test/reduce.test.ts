import {
  type Combine,
  type DType,
  type Literal,
  load,
  param,
  planReduce,
  reduceKernel,
  s,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { withSubgroupsAndWithout } from './device.ts';
import {
  dense,
  few,
  isClose,
  kernel,
  type Laid,
  lay,
  layouts,
  plain,
  read,
  sizeOf,
  stored,
  values,
} from './support.ts';

/** The elements of each result, in row-major order. */
function groups({ shape, values: all }: Laid, axes: readonly number[]): Literal[][] {
  const kept = shape.filter((_, d) => !axes.includes(d));
  const out: Literal[][] = Array.from({ length: sizeOf(kept) }, () => []);
  all.forEach((value, i) => {
    let rest = i;
    let place = 0;
    let weight = 1;
    for (let d = shape.length - 1; d >= 0; d--) {
      const at = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
      if (axes.includes(d)) continue;
      place += at * weight;
      weight *= shape[d]!;
    }
    out[place]!.push(value);
  });
  return out;
}

function naive(combine: Combine, xs: readonly Literal[]): Literal {
  const numbers = xs.map(Number);
  const nan = numbers.findIndex(Number.isNaN);
  const best = (better: (a: number, b: number) => boolean): number =>
    nan >= 0 ? nan : numbers.reduce((found, x, i) => (better(x, numbers[found]!) ? i : found), 0);
  switch (combine) {
    case 'sum':
      return numbers.reduce((a, b) => a + b, 0);
    case 'prod':
      return numbers.reduce((a, b) => a * b, 1);
    case 'argmax':
      return best((a, b) => a > b);
    case 'argmin':
      return best((a, b) => a < b);
    case 'max':
      return numbers[best((a, b) => a > b)]!;
    case 'min':
      return numbers[best((a, b) => a < b)]!;
  }
}

withSubgroupsAndWithout('reduce', (backend) => {
  const run = (
    combine: Combine,
    input: Laid,
    axes: readonly number[],
    output: DType,
    layout = plain,
  ): Laid => {
    const kept = input.shape.filter((_, d) => !axes.includes(d));
    const out = lay(backend, output, kept, layout, () => 0, true);
    const plan = planReduce(input.shape, axes, out.strides, [input.strides], combine.startsWith('arg'));
    kernel(backend, 'reduce')(reduceKernel(combine, load(0, input.dtype), output), plan, out, [input], []);
    return out;
  };
  const combines = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin'] as const;

  test.each(combines)('%s of any layout', async (combine) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 }),
        layouts,
        layouts,
        fc.subarray([0, 1, 2, 3]),
        fc.constantFrom('float32', 'int32', 'int64', 'float16') as fc.Arbitrary<DType>,
        fc.nat(),
        async (shape, layout, outLayout, some, dtype, seed) => {
          const axes = some.filter((d) => d < shape.length);
          const simple = combine === 'sum' || combine === 'prod';
          const input = lay(backend, dtype, shape, layout, values(dtype, seed, simple));
          const output = combine.startsWith('arg') ? 'int64' : dtype;
          const got = await read(backend, run(combine, input, axes, output, outLayout));
          for (const [i, xs] of groups(input, axes).entries()) {
            const exact = naive(combine, xs);
            const want = output === 'float16' ? stored(exact, output) : exact;
            if (Number.isInteger(want) && Math.abs(want as number) > 2 ** 31) continue;
            const size = combine === 'sum' ? xs.reduce<number>((sum, x) => sum + Math.abs(Number(x)), 1) : 1;
            if (!isClose(Number(got[i]), want, dtype, 1e-6 * size)) expect(Number(got[i])).toBe(want);
          }
        },
      ),
      few,
    );
  });

  test.each(combines)('%s of long and of many results', async (combine) => {
    for (const [shape, axes] of [
      [[9000], [0]],
      [[3, 20_000], [1]],
      [[300, 5], [0]],
      [[4100, 40], [1]],
    ] as const) {
      const simple = combine === 'prod' ? () => 1 : values('float32', 7, true);
      const input = lay(backend, 'float32', shape, plain, simple);
      const output = combine.startsWith('arg') ? 'int64' : 'float32';
      const got = await read(backend, run(combine, input, axes, output));
      for (const [i, xs] of groups(input, axes).entries()) {
        expect(Math.abs(Number(got[i]) - Number(naive(combine, xs)))).toBeLessThan(
          combine === 'sum' ? 2e-3 : 1e-30,
        );
      }
    }
  });

  test('long sums keep their precision, and come out the same again', async () => {
    const input = dense(backend, 'float32', new Array(100_000).fill(0.1));
    const [first] = await read(backend, run('sum', input, [0], 'float32'));
    const [second] = await read(backend, run('sum', input, [0], 'float32'));
    expect(Math.abs((first as number) / 1e4 - 1)).toBeLessThan(3e-7);
    expect(second).toBe(first);
  });

  test('any and all, identities, before and after', async () => {
    const truths = dense(backend, 'bool', [true, false, false, false], [2, 2]);
    expect(await read(backend, run('max', truths, [1], 'bool'))).toEqual([true, false]);
    expect(await read(backend, run('min', truths, [1], 'bool'))).toEqual([false, false]);
    const empty = { ...dense(backend, 'float32', []), shape: [2, 0], strides: [0, 1] };
    expect(await read(backend, run('sum', empty, [1], 'float32'))).toEqual([0, 0]);
    expect(await read(backend, run('max', empty, [1], 'float32'))).toEqual([-Infinity, -Infinity]);
    const array = dense(backend, 'float32', [1, 2, 3, 4], [2, 2]);
    const out = dense(backend, 'float32', [0, 0]);
    const mean = reduceKernel('sum', s.square(load(0, 'float32')), 'float32', (x) =>
      s.div(x, param(0, 'float32')),
    );
    kernel(backend, 'reduce')(mean, planReduce([2, 2], [1], [1], [[2, 1]], false), out, [array], [2]);
    expect(await read(backend, out)).toEqual([2.5, 12.5]);
  });
});
