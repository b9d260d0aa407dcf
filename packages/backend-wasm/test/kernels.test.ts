import { kernelChecks, runKernelCheck } from '@taimatsu/conformance/kernels';
import { expect, test } from 'vitest';
import { createWasmBackend } from '../src/index.ts';

// Memory that nobody wrote is NaN.
const backend = createWasmBackend({ poison: true });

test.each(kernelChecks)('$id', async (check) => {
  expect(await runKernelCheck(check, backend, { runs: 60, seed: 5 })).toEqual({
    id: check.id,
    verdict: 'pass',
  });
});
