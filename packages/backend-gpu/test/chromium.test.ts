import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, openPage } from '../../../conformance/src/host/browser.ts';
import { wanted } from '../../../tools/need.ts';
import type { Executor } from '../src/index.ts';
import { kernels, silentFailures } from './cases.ts';
import type { TestPage } from './page.ts';

const entry = fileURLToPath(new URL('./page.ts', import.meta.url));
const modes: readonly Executor[] = ['webgl2', 'webgl'];

const { missing } = wanted('chromium');

describe.skipIf(missing !== undefined)(
  `in Chromium${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let page: OpenPage<TestPage>;
    beforeAll(async () => {
      page = await openPage<TestPage>(entry);
    }, 60_000);
    afterAll(() => page?.close());

    for (const mode of modes) {
      describe(`on ${mode}`, () => {
        beforeAll(async () => {
          expect(await page.call('open', mode)).toBe(`gpu.js ${mode}`);
        });
        for (const name of Object.keys({ ...silentFailures, ...kernels })) {
          it(name, async () => {
            expect(await page.call('run', name)).toBeUndefined();
          });
        }
        it('deletes the textures of freed tensors', async () => {
          expect(await page.call('textures')).toBe(0);
        });
      });
    }

    it('names a lost context, and a new backend works', async () => {
      await page.call('open', 'webgl2');
      expect(await page.call('lose')).toBeUndefined();
    });
  },
);
