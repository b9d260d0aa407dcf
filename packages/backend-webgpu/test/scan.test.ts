import { type DType, planAlongAxis, type ScanCombine, type Shape } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { hardware, onDevice } from './device.ts';
import { few, isClose, kernel, type Layout, lay, layouts, linesOf, plain, read, values } from './support.ts';

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

const combines = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin', 'logaddexp'] as const;

onDevice('scan', (own) => {
  describe.each(['software', 'hardware'])('as on %s', (kind) => {
    let backend = own;
    beforeAll(async () => {
      if (kind === 'hardware') backend = await hardware();
    });

    interface Case {
      readonly shape: Shape;
      readonly axis: number;
      readonly dtype: DType;
      readonly layout?: Layout;
      readonly out?: Layout;
      readonly seed: number;
    }

    const check = async (combine: ScanCombine, one: Case, tolerance = 1e-4): Promise<void> => {
      const { shape, axis, dtype, layout = plain, out: outLayout = plain, seed } = one;
      const isLong = shape[axis]! > 100;
      const isSimple = ['sum', 'prod', 'logaddexp'].includes(combine);
      const next = values(dtype, seed, isSimple);
      // Products of many stay near 1.
      const value = isLong && combine === 'prod' ? () => (Number(next()) < 0 ? -1 : 1) : next;
      const input = lay(backend, dtype, shape, layout, value);
      const out = lay(backend, combine.startsWith('arg') ? 'int64' : dtype, shape, outLayout, () => 0, true);
      const plan = planAlongAxis(shape, axis, [out.strides, input.strides]);
      kernel(backend, 'scan')(combine, plan, out, input);
      const got = await read(backend, out);
      for (const line of linesOf(shape, axis)) {
        const want = running(
          combine,
          line.map((at) => Number(input.values[at])),
        );
        for (const [k, at] of line.entries()) {
          if (!isClose(Number(got[at]), want[k]!, out.dtype, tolerance))
            expect([k, got[at]]).toEqual([k, want[k]]);
        }
      }
    };

    test.each(combines)('%s of any layout', async (combine) => {
      await fc.assert(
        fc.asyncProperty(anyCase, async ({ shape, layout, out, pick, seed }) => {
          const dtype: DType = combine === 'logaddexp' || pick % 2 === 0 ? 'float32' : 'int32';
          await check(combine, { shape, axis: pick % shape.length, dtype, layout, out, seed });
        }),
        few,
      );
    });

    test.each(combines)('%s of long lines', async (combine) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 257, max: 9000 }),
          fc.constantFrom(1, 3, 130),
          fc.record({ layout: layouts, out: layouts, seed: fc.nat(), pick: fc.nat() }),
          async (some, lines, { layout, out, seed, pick }) => {
            const length = lines > 100 ? 257 + (some % 400) : some;
            const dtype: DType = combine === 'logaddexp' || pick % 2 === 0 ? 'float32' : 'int32';
            const axis = pick % 3 === 0 ? 0 : 1;
            const shape = axis === 0 ? [length, lines] : [lines, length];
            await check(combine, { shape, axis, dtype, layout, out, seed }, 2e-3);
          },
        ),
        few,
      );
    });

    test('a sum of very many is close to the exact one, and the same again', async () => {
      const length = 300_000;
      const input = lay(backend, 'float32', [length], plain, values('float32', 3, true));
      const results: Float32Array[] = [];
      for (let i = 0; i < 2; i++) {
        const out = lay(backend, 'float32', [length], plain, () => 0);
        kernel(backend, 'scan')('sum', planAlongAxis([length], 0, [[1], [1]]), out, input);
        results.push((await backend.readAsync(out.storage.buffer, 0, length)) as Float32Array);
      }
      let sum = 0;
      let worst = 0;
      for (const [k, x] of input.values.entries()) {
        sum += Number(x);
        worst = Math.max(worst, Math.abs(results[0]![k]! - sum));
      }
      expect(worst).toBeLessThan(0.05);
      expect(results[1]).toEqual(results[0]);
    });
  });
});
