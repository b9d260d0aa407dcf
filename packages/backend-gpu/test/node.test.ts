import { type getDefaultDevice, setDefaultDevice } from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGpuBackend, type Executor } from '../src/index.ts';
import { kernels, refuses, silentFailures } from './cases.ts';

function isHere(mode: Executor): boolean {
  try {
    createGpuBackend({ mode });
    return true;
  } catch {
    return false;
  }
}

/** Headless GL takes part where it was built: see the README. */
const best: Executor = isHere('headlessgl') ? 'headlessgl' : 'cpu';

for (const mode of new Set<Executor>(['cpu', best])) {
  describe(`on ${mode}`, () => {
    let backend: Backend;
    let before: ReturnType<typeof getDefaultDevice> | undefined;
    beforeAll(() => {
      backend = createGpuBackend({ mode });
      before = setDefaultDevice(backend);
    });
    afterAll(() => {
      if (before !== undefined) setDefaultDevice(before);
    });
    for (const [name, run] of Object.entries({ ...silentFailures, ...kernels })) it(name, () => run(backend));

    it('says which executor runs', () => {
      expect(backend.manifest.executor).toBe(`gpu.js ${mode}`);
    });
  });
}

describe('executors', () => {
  it('takes the best that is there', () => {
    expect(createGpuBackend().manifest.executor).toBe(`gpu.js ${best}`);
  });

  it('refuses one that is not there, rather than taking another', () => {
    refuses('backend/unsupported', () => createGpuBackend({ mode: 'webgl2' }));
    refuses('backend/unsupported', () => createGpuBackend({ mode: 'webgl' }));
    refuses('backend/unsupported', () => createGpuBackend({ mode: 'webasm' }));
  });
});
