import { kernelChecks, runKernelCheck } from '@taimatsu/conformance/kernels';
import { describe, expect, test } from 'vitest';
import { modes } from './backends.ts';

describe.each(modes)('every kernel does what its kind means, %s', (_, backend) => {
  test.each(kernelChecks.filter(({ kind }) => kind !== 'row'))('$id', async (check) => {
    expect(await runKernelCheck(check, backend, { runs: 40, seed: 5 })).toEqual({
      id: check.id,
      verdict: 'pass',
    });
  });

  test('row programs are left to core', () => {
    expect(backend.kernels.row).toHaveProperty('declined');
  });
});
