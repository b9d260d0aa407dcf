import { type DType, type Literal, planIndexed, type ScatterMode } from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';
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

const combine: Readonly<Record<ScatterMode, (a: number, b: number) => number>> = {
  set: (_, b) => b,
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};

const anyCase = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
  layout: layouts,
  dtype: fc.constantFrom('float32', 'int32', 'bool', 'int64') as fc.Arbitrary<DType>,
  size: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
  pick: fc.nat(),
});

onDevice('gather and scatter', (backend) => {
  /** The place that an index element stands for, in a row-major array with `size` along the axis. */
  const addressed = (
    shape: readonly number[],
    axis: number,
    size: number,
    at: number,
    index: number,
  ): number => {
    const inner = sizeOf(shape.slice(axis + 1));
    return (Math.floor(at / (inner * shape[axis]!)) * size + index) * inner + (at % inner);
  };
  const indexOf = (shape: readonly number[], size: number, seed: number): Laid => {
    const next = values('int32', seed);
    return lay(backend, 'int64', shape, plain, () => BigInt(Math.abs(Number(next())) % size));
  };
  const resized = (shape: readonly number[], axis: number, size: number): number[] =>
    shape.map((n, d) => (d === axis ? size : n));

  test('gather', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ shape, layout, dtype, size, seed, pick }) => {
        const axis = pick % shape.length;
        const source = lay(backend, dtype, resized(shape, axis, size), layout, values(dtype, seed));
        const index = indexOf(shape, size, seed);
        const out = lay(backend, dtype, shape, plain, () => 0);
        const plan = planIndexed(shape, axis, [out.strides, index.strides, source.strides], 2, size, false);
        expect(kernel(backend, 'gather')(plan, out, index, source)).toBeUndefined();
        const want = index.values.map((k, at) => source.values[addressed(shape, axis, size, at, Number(k))]!);
        expect(await read(backend, out)).toEqual(want);
      }),
      few,
    );
  });

  test.each(['set', 'add', 'mul', 'max', 'min'] as const)('scatter %s', async (mode) => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ shape, layout, dtype: any, size, seed, pick }) => {
        const dtype = any === 'bool' && mode !== 'set' ? 'float32' : any;
        const axis = pick % shape.length;
        const source = lay(backend, dtype, shape, layout, values(dtype, seed, true));
        const index = indexOf(shape, size, seed);
        const out = lay(backend, dtype, resized(shape, axis, size), plain, values(dtype, seed + 1, true));
        const plan = planIndexed(shape, axis, [out.strides, index.strides, source.strides], 0, size, false);
        kernel(backend, 'scatter')(mode, plan, out, index, source);
        const want: Literal[] = [...out.values];
        index.values.forEach((k, at) => {
          const place = addressed(shape, axis, size, at, Number(k));
          const value = combine[mode](Number(want[place]), Number(source.values[at]));
          want[place] = stored(dtype === 'int64' ? BigInt(value) : value, dtype);
        });
        const got = await read(backend, out);
        for (const [i, x] of want.entries()) {
          if (!isClose(got[i]!, x, dtype)) expect(got[i]).toBe(x);
        }
      }),
      few,
    );
  });

  // The first are linked, the others sorted.
  test.each([900, 3000])(
    '%i to few places: the last writer wins, and sums come out the same again',
    async (n) => {
      const index = dense(
        backend,
        'int64',
        Array.from({ length: n }, (_, i) => BigInt((i * 7) % 3)),
      );
      const source = lay(backend, 'float32', [n], plain, values('float32', 3, true));
      const run = async (mode: ScatterMode): Promise<Literal[]> => {
        const out = dense(backend, 'float32', [0, 0, 0]);
        const plan = planIndexed([n], 0, [out.strides, index.strides, source.strides], 0, 3, false);
        kernel(backend, 'scatter')(mode, plan, out, index, source);
        return await read(backend, out);
      };
      const last = [0, 1, 2].map((k) => source.values[index.values.lastIndexOf(BigInt(k))]);
      expect(await run('set')).toEqual(last);
      expect(await run('add')).toEqual(await run('add'));
    },
  );

  test('an index out of range is raised by the next read, once, as the first launch that met one words it', async () => {
    const source = dense(backend, 'float32', [1, 2, 3]);
    const out = dense(backend, 'float32', [0, 0]);
    const run = (name: string, indices: readonly bigint[], wrap: boolean): void => {
      const refuse = (index: number, size: number): never => {
        throw new Error(`${name}: ${index} of ${size}`);
      };
      const index = dense(backend, 'int64', indices);
      const plan = planIndexed([2], 0, [out.strides, index.strides, source.strides], 2, 3, wrap, refuse);
      kernel(backend, 'gather')(plan, out, index, source);
    };
    run('right', [0n, 2n], false);
    run('large', [0n, 3n], false);
    run('small', [-1n, 0n], false);
    await expect(read(backend, out)).rejects.toThrow('large: 3 of 3');
    run('small', [-1n, 0n], false);
    await expect(read(backend, out)).rejects.toThrow('small: -1 of 3');
    run('wrapped', [-4n, 0n], true);
    await expect(read(backend, out)).rejects.toThrow('wrapped: -4 of 3');
    run('right', [-1n, 2n], true);
    expect(await read(backend, out)).toEqual([3, 3]);
  });
});
