import { type Literal, planIndexed, type ScatterMode } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';
import { dense, kernel, lay, plain, read, values } from './support.ts';

onDevice('gather and scatter', (backend) => {
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
