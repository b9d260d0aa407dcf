import { type getDefaultDevice, setDefaultDevice } from '@taimatsu/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGpuBackend } from '../src/index.ts';
import { kernels, refuses, silentFailures } from './cases.ts';

describe('on the CPU executor', () => {
  const backend = createGpuBackend({ mode: 'cpu' });
  let before: ReturnType<typeof getDefaultDevice> | undefined;
  beforeAll(() => {
    before = setDefaultDevice(backend);
  });
  afterAll(() => {
    if (before !== undefined) setDefaultDevice(before);
  });
  for (const [name, run] of Object.entries({ ...silentFailures, ...kernels })) it(name, () => run(backend));

  it('says which executor runs', () => {
    expect(backend.manifest.executor).toBe('gpu.js cpu');
    expect(createGpuBackend().manifest.executor).toMatch(/^gpu\.js (cpu|headlessgl)$/);
  });

  it('refuses an executor that is not there, rather than taking another', () => {
    refuses('backend/unsupported', () => createGpuBackend({ mode: 'webgl2' }));
    refuses('backend/unsupported', () => createGpuBackend({ mode: 'webgl' }));
    refuses('backend/unsupported', () => createGpuBackend({ mode: 'webasm' }));
  });
});
