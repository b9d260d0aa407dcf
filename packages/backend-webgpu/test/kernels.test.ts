import { kernelChecks, runKernelCheck } from '@taimatsu/conformance/kernels';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';

onDevice('every kernel does what its kind means', (backend) => {
  // Runs on a software device are slow: few cases each.
  test.each(kernelChecks)('$id', async (check) => {
    expect(await runKernelCheck(check, backend, { runs: 12, seed: 5 })).toEqual({
      id: check.id,
      verdict: 'pass',
    });
  });
});
