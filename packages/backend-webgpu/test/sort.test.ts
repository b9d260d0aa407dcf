import { type Literal, planAlongAxis } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';
import { kernel, type Laid, lay, linesOf, plain, read, values } from './support.ts';

onDevice('sort', (backend) => {
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
    for (const line of linesOf(input.shape, axis)) {
      const xs = line.map((at) => input.values[at]!);
      const want = xs.map((_, k) => k).sort((i, j) => above(xs[i]!, xs[j]!) * (descending ? -1 : 1) || i - j);
      expect(line.map((at) => Number(order[at]))).toEqual(want);
      expect(line.map((at) => got[at])).toEqual(want.map((k) => xs[k]));
    }
  };

  test('long lines', async () => {
    for (const length of [512, 513, 2100]) {
      const input = lay(backend, 'float32', [3, length], plain, values('float32', length));
      await sorted(input, 1, length === 513);
    }
  });
});
