import { setDefaultDevice, tensor } from '@taimatsu/core';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';

onDevice('scalar operations', (backend) => {
  test('angles of any size', async () => {
    setDefaultDevice(backend);
    const angles = [51_001, 1e6 + 0.25, 16777217, 1e10, -1e19, 3e38, 2 ** 100, -(2 ** 127)].map(Math.fround);
    const x = tensor(angles);
    for (const op of ['sin', 'cos', 'tan'] as const) {
      const got = (await x[op]().tolistAsync()) as number[];
      // The engine's own functions reduce by as many digits as a double needs.
      for (const [i, angle] of angles.entries()) {
        const want = Math[op](angle);
        expect(Math.abs(got[i]! - want), `${op} ${angle}`).toBeLessThan(2e-6 * Math.max(1, Math.abs(want)));
      }
    }
  });

  test('int64 wraps at 32 bits', async () => {
    setDefaultDevice(backend);
    const x = tensor([2n ** 31n - 1n, -(2n ** 31n), 65537n]);
    expect(await x.add(1n).tolistAsync()).toEqual([-(2n ** 31n), 1n - 2n ** 31n, 65538n]);
    expect(await x.mul(x).tolistAsync()).toEqual([1n, 0n, 131073n]);
    expect(await tensor([1e10, -1e10, Number.NaN]).to('int64').tolistAsync()).toEqual(
      Array(3).fill(-(2n ** 31n)),
    );
  });
});
