import { fileURLToPath } from 'node:url';
import * as t from '@taimatsu/core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isolation, type OpenPage, openPage } from '../../../conformance/src/host/browser.ts';
import { wanted } from '../../../tools/need.ts';
import { createWasmBackend } from '../src/index.ts';
import { checksums } from './launches.ts';
import type { WasmPage } from './programs/page.ts';
import { peakOfRenderers } from './renderers.ts';

const entry = fileURLToPath(new URL('./programs/page.ts', import.meta.url));
const MB = 2 ** 20;

const { missing } = wanted('chromium');

/** Scripts of the page's own, WebAssembly, and nothing that is made of text. */
const policy = (workers: string): Record<string, string> => ({
  'Content-Security-Policy': `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src ${workers}`,
});

describe.skipIf(missing !== undefined)(
  `in Chromium${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let page: OpenPage<WasmPage> | undefined;
    afterEach(() => page?.close());

    let expected: Readonly<Record<string, string>>;
    beforeAll(() => {
      const before = t.setDefaultDevice(createWasmBackend({ threads: 1 }));
      expected = checksums();
      if (before !== undefined) t.setDefaultDevice(before);
    });

    test('isolated, under a strict policy: threads, and the same bits as in Node', async () => {
      page = await openPage<WasmPage>(entry, { ...isolation, ...policy('blob:') });
      expect(await page.call('open', 64 * MB)).toEqual({
        executor: 'webassembly with threads',
        isolated: true,
        evaluates: false,
      });
      expect(await page.call('threads')).toEqual({ allowed: 2, up: 2 });
      expect(await page.call('checksums')).toEqual(expected);
    });

    test('under a policy that forbids WebAssembly: nothing goes', async () => {
      page = await openPage<WasmPage>(entry, { 'Content-Security-Policy': "script-src 'self'" });
      await expect(page.call('open', 64 * MB).then(() => page!.call('checksums'))).rejects.toThrow(
        /Content Security Policy/,
      );
    });

    test('where the policy forbids workers, one thread does it', async () => {
      page = await openPage<WasmPage>(entry, { ...isolation, ...policy("'none'") });
      expect(await page.call('open', 64 * MB)).toMatchObject({ isolated: true, evaluates: false });
      expect(await page.call('threads')).toEqual({ allowed: 1, up: 1 });
      expect(await page.call('checksums')).toEqual(expected);
    });

    test('not isolated: one thread, the same bits, and training stays flat in one job', async () => {
      page = await openPage<WasmPage>(entry, policy("'none'"));
      expect(await page.call('open', 32 * MB)).toEqual({
        executor: 'webassembly',
        isolated: false,
        evaluates: false,
      });
      expect(await page.call('threads')).toEqual({ allowed: 1, up: 1 });
      expect(await page.call('checksums')).toEqual(expected);
      const { right, first, last } = await page.call('train', 1500, false);
      expect(right).toBe(true);
      expect(last).toBeLessThan(first / 2);
      // About 1.5 GB were handed out.
      expect(peakOfRenderers()).toBeLessThan(500 * MB);
    });
  },
);
