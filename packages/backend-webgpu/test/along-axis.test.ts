import { type DType, type Literal, planAlongAxis, type ScanCombine } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onDevice } from './device.ts';
import { few, isClose, kernel, type Laid, lay, layouts, plain, read, sizeOf, values } from './support.ts';

/** Row-major positions of each line along `axis`. */
function lines(shape: readonly number[], axis: number): number[][] {
  const inner = sizeOf(shape.slice(axis + 1));
  const length = shape[axis]!;
  return Array.from({ length: sizeOf(shape) / Math.max(1, length) }, (_, line) =>
    Array.from({ length }, (__, k) => (Math.floor(line / inner) * length + k) * inner + (line % inner)),
  );
}

function running(combine: ScanCombine, xs: readonly number[]): number[] {
  let state = combine === 'prod' ? 1 : combine === 'sum' ? 0 : Number.NaN;
  let found = -1;
  return xs.map((x, k) => {
    switch (combine) {
      case 'sum':
        state += x;
        return state;
      case 'prod':
        state *= x;
        return state;
      case 'logaddexp':
        state = k === 0 ? x : Math.log(Math.exp(state) + Math.exp(x));
        return state;
      default: {
        const most = combine === 'max' || combine === 'argmax';
        if (found < 0 || Number.isNaN(x) || (most ? x >= xs[found]! : x <= xs[found]!)) found = k;
        return combine.startsWith('arg') ? found : xs[found]!;
      }
    }
  });
}

const anyCase = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
  layout: layouts,
  out: layouts,
  pick: fc.nat(),
  seed: fc.nat(),
});

onDevice('along an axis', (backend) => {
  const combines = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin', 'logaddexp'] as const;

  describe.each(combines)('scan %s', (combine) => {
    const check = async (input: Laid, axis: number, out: Laid): Promise<void> => {
      kernel(backend, 'scan')(
        combine,
        planAlongAxis(input.shape, axis, [out.strides, input.strides]),
        out,
        input,
      );
      const got = await read(backend, out);
      for (const line of lines(input.shape, axis)) {
        const want = running(
          combine,
          line.map((at) => Number(input.values[at])),
        );
        for (const [k, at] of line.entries()) {
          if (!isClose(Number(got[at]), want[k]!, 'float32', 1e-4)) expect(Number(got[at])).toBe(want[k]);
        }
      }
    };

    test('of any layout', async () => {
      await fc.assert(
        fc.asyncProperty(anyCase, async ({ shape, layout, out: outLayout, pick, seed }) => {
          const floats = combine === 'logaddexp' || pick % 2 === 0;
          const dtype: DType = floats ? 'float32' : 'int32';
          const simple = !['max', 'min', 'argmax', 'argmin'].includes(combine) || !floats;
          const input = lay(backend, dtype, shape, layout, values(dtype, seed, simple));
          const out = lay(
            backend,
            combine.startsWith('arg') ? 'int64' : dtype,
            shape,
            outLayout,
            () => 0,
            true,
          );
          await check(input, pick % shape.length, out);
        }),
        few,
      );
    });

    test('of a long line', async () => {
      const next = values('float32', 5, true);
      const input = lay(
        backend,
        'float32',
        [2, 700],
        plain,
        combine === 'prod' ? () => 1 : () => Number(next()) / 8,
      );
      const out = lay(backend, combine.startsWith('arg') ? 'int64' : 'float32', [2, 700], plain, () => 0);
      await check(input, 1, out);
    });
  });

  const sorted = async (input: Laid, axis: number, descending: boolean): Promise<void> => {
    const out = lay(backend, input.dtype, input.shape, plain, () => 0);
    const indices = lay(backend, 'int64', input.shape, plain, () => 0);
    const plan = planAlongAxis(input.shape, axis, [out.strides, indices.strides, input.strides]);
    kernel(backend, 'sort')(plan, descending, out, indices, input);
    const got = await read(backend, out);
    const order = await read(backend, indices);
    const rank = (x: Literal): number => (Number.isNaN(x) ? Infinity : Number(x));
    const above = (a: Literal, b: Literal): number =>
      Number.isNaN(a) || Number.isNaN(b)
        ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
        : rank(a) - rank(b) || 0;
    for (const line of lines(input.shape, axis)) {
      const xs = line.map((at) => input.values[at]!);
      const want = xs.map((_, k) => k).sort((i, j) => above(xs[i]!, xs[j]!) * (descending ? -1 : 1) || i - j);
      expect(line.map((at) => Number(order[at]))).toEqual(want);
      expect(line.map((at) => got[at])).toEqual(want.map((k) => xs[k]));
    }
  };

  test('sort of any layout, stable, NaN last', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyCase,
        fc.constantFrom('float32', 'int32', 'bool', 'int64', 'float16') as fc.Arbitrary<DType>,
        fc.boolean(),
        async ({ shape, layout, pick, seed }, dtype, descending) => {
          await sorted(
            lay(backend, dtype, shape, layout, values(dtype, seed)),
            pick % shape.length,
            descending,
          );
        },
      ),
      few,
    );
  });

  test('sort of long lines', async () => {
    for (const length of [512, 513, 2100]) {
      const input = lay(backend, 'float32', [3, length], plain, values('float32', length));
      await sorted(input, 1, length === 513);
    }
  });
});
