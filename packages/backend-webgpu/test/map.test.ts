import { type Literal, load, planMap, scalarKernel } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';
import { dense, kernel, type Laid, lay, places, plain, read } from './support.ts';

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
