import { type Literal, load, param, planMap, s, scalarKernel } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';
import {
  dense,
  dtypes,
  few,
  kernel,
  type Laid,
  lay,
  layouts,
  places,
  plain,
  read,
  shapes,
  values,
} from './support.ts';

onDevice('map', (backend) => {
  const run = (
    out: Laid,
    inputs: readonly Laid[],
    made: Parameters<typeof scalarKernel>[0],
    scalars: Literal[],
  ): void => {
    const plan = planMap(out.shape, [out.strides, ...inputs.map(({ strides }) => strides)]);
    kernel(backend, 'map')(scalarKernel(made, out.dtype), plan, out, inputs, scalars);
  };

  test.each(dtypes)('copies of %s between any layouts', async (dtype) => {
    await fc.assert(
      fc.asyncProperty(shapes, layouts, layouts, fc.nat(), async (shape, from, to, seed) => {
        const input = lay(backend, dtype, shape, from, values(dtype, seed));
        const out = lay(backend, dtype, shape, to, values(dtype, seed + 1), true);
        run(out, [input], load(0, dtype), []);
        expect(await read(backend, out)).toEqual(input.values);
      }),
      few,
    );
  });

  test('broadcast sums with scalars', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, layouts, layouts, fc.nat(), async (shape, la, lb, seed) => {
        const a = lay(backend, 'float32', shape, la, values('float32', seed));
        const b = lay(backend, 'float32', shape, lb, values('float32', seed + 1));
        const out = lay(backend, 'float32', shape, plain, () => 0);
        run(out, [a, b], s.add(s.mul(load(0, 'float32'), param(0, 'float32')), load(1, 'float32')), [2.5]);
        const want = a.values.map((x, i) =>
          Math.fround(Math.fround((x as number) * 2.5) + (b.values[i] as number)),
        );
        const got = await read(backend, out);
        for (const [i, x] of want.entries())
          if (!Object.is(x, got[i]) && x !== 0) expect(got[i]).toBeCloseTo(x, 4);
      }),
      few,
    );
  });

  test('in place, and from another part of the same memory', async () => {
    const whole = dense(
      backend,
      'float32',
      Array.from({ length: 20 }, (_, i) => i),
    );
    const part = (offset: number): Laid => ({ ...whole, offset, shape: [8], strides: [1] });
    run(part(4), [part(4)], s.square(load(0, 'float32')), []);
    expect((await read(backend, whole)).slice(4, 12)).toEqual([16, 25, 36, 49, 64, 81, 100, 121]);
    run(part(0), [part(12), part(0)], s.add(load(0, 'float32'), load(1, 'float32')), []);
    expect((await read(backend, whole)).slice(0, 5)).toEqual([12, 14, 16, 18, 32]);
  });

  test('what lies behind the end of a contiguous result stays', async () => {
    for (const length of [1, 2, 3, 5, 7]) {
      const whole = dense(backend, 'int32', new Array(12).fill(7));
      const one = dense(backend, 'int32', new Array(length).fill(1));
      run({ ...whole, offset: 4, shape: [length], strides: [1] }, [one], load(0, 'int32'), []);
      const want = Array.from({ length: 12 }, (_, i) => (i >= 4 && i < 4 + length ? 1 : 7));
      expect(await read(backend, whole)).toEqual(want);
    }
  });

  test('eight dimensions that cannot be merged, and no more', async () => {
    const shape = [2, 2, 2, 2, 2, 2, 2, 2];
    const strides = [1, 2, 4, 8, 16, 32, 64, 128];
    const numbers = Array.from({ length: 256 }, (_, i) => i);
    const input = { ...dense(backend, 'int32', numbers), shape, strides };
    const out = dense(backend, 'int32', numbers, shape);
    run(out, [input], load(0, 'int32'), []);
    expect(await read(backend, out)).toEqual(places(shape, strides));
    const wide = { ...input, shape: [...shape, 2], strides: [...strides, 0] };
    const nine = lay(backend, 'int32', wide.shape, plain, () => 0);
    const plan = { flat: false, size: 512, shape: wide.shape, strides: [nine.strides, wide.strides] };
    expect(() =>
      kernel(backend, 'map')(scalarKernel(load(0, 'int32'), 'int32'), plan, nine, [wide], []),
    ).toThrow(/9 dimensions/);
  });
});
