import { kernelChecks, runKernelCheck } from '@taimatsu/conformance/kernels';
import { expect, test } from 'vitest';
import { createGpuBackend } from '../src/index.ts';

const backend = createGpuBackend({ mode: 'cpu' });

test.each(kernelChecks.filter(({ kind }) => kind !== 'row'))('$id', async (check) => {
  expect(await runKernelCheck(check, backend, { runs: 10, seed: 5 })).toEqual({
    id: check.id,
    verdict: 'pass',
  });
});
