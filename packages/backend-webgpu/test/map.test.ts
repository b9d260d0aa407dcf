import { type Literal, load, planMap, s, scalarKernel } from '@taimatsu/core/backend';
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

  test('rows and columns along a matrix, four at a time where they lie so', async () => {
    for (const [rows, columns, offset] of [
      [3, 8, 0],
      [5, 4, 4],
      [2, 12, 3],
      [4, 6, 0],
      [1, 16, 8],
    ] as const) {
      const count = offset + rows * columns;
      const numbers = Array.from({ length: count }, (_, i) => i * 0.5);
      const shape = [rows, columns];
      const matrix = { ...dense(backend, 'float32', numbers), offset, shape, strides: [columns, 1] };
      const row = { ...dense(backend, 'float32', numbers), offset, shape, strides: [0, 1] };
      const column = { ...dense(backend, 'float32', numbers), offset, shape, strides: [1, 0] };
      const turned = { ...dense(backend, 'float32', numbers), offset, shape, strides: [1, rows] };
      const whole = dense(backend, 'float32', new Array(count + 5).fill(-1));
      const out = { ...whole, offset, shape, strides: [columns, 1] };
      const sum = s.add(s.mul(load(0, 'float32'), load(1, 'float32')), load(2, 'float32'));
      for (const last of [matrix, turned]) {
        run(out, [row, column, last], sum, []);
        const at = (i: number): number => (offset + i) * 0.5;
        const want = new Array(count + 5).fill(-1);
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) {
            const own = last === matrix ? r * columns + c : r + c * rows;
            want[offset + r * columns + c] = at(c) * at(r) + at(own);
          }
        }
        expect(await read(backend, whole)).toEqual(want);
      }
      // In place, and with a row of the same memory.
      const second = { ...out, offset: offset + columns, shape: [rows - 1, columns] };
      if (rows > 1) {
        const before = await read(backend, whole);
        run(
          second,
          [second, { ...out, shape: second.shape, strides: [0, 1] }],
          s.add(load(0, 'float32'), load(1, 'float32')),
          [],
        );
        const after = await read(backend, whole);
        for (let i = 0; i < before.length; i++) {
          const place = i - offset - columns;
          const isIn = place >= 0 && place < (rows - 1) * columns;
          const added = isIn ? Number(before[offset + (place % columns)]) : 0;
          expect(after[i]).toBe(Number(before[i]) + added);
        }
      }
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
