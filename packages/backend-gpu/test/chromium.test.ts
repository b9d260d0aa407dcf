import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, openPage } from '../../../conformance/src/host/browser.ts';
import { wanted } from '../../../tools/need.ts';
import type { Executor } from '../src/index.ts';
import { kernels, silentFailures } from './cases.ts';
import { mutants } from './mutants.ts';
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
        it('keeps as many textures through a synchronous training loop with tidy', async () => {
          const counts = await page.call('trainWithTidy');
          expect(counts).toEqual(counts.map(() => counts[0]));
        });
      });
    }

    describe('each silent failure is noticed where it is let in', () => {
      for (const [name, { noticedBy }] of Object.entries(mutants)) {
        it(`${name}: ${noticedBy}`, async () => {
          expect(await page.call('runMutant', name)).toMatch(/expected/);
        });
      }
      it('refuses what gpu.js would do on the CPU', async () => {
        expect(await page.call('fallBack')).toBeUndefined();
      });
    });

    it('keeps to its budget in a synchronous training loop without tidy, and loses nothing', async () => {
      const free = await page.call('trainWithout', 2 ** 30);
      const { most, loss, first } = await page.call('trainWithout', 64 * 2 ** 14);
      expect(free.most).toBeGreaterThan(300);
      expect(most).toBeLessThan(150);
      expect({ loss, first }).toEqual({ loss: free.loss, first: 7 });
    });

    it('draws a chain once when it has met it before, and keeps no texture of it', async () => {
      await page.call('open', 'webgl2');
      const counts = await page.call('chain');
      expect(counts.slice(1).map(([draws]) => draws)).toEqual([1, 1]);
      expect(counts.map(([, live]) => live)).toEqual(counts.map(() => counts[0]![1]));
    });

    it('names a lost context, and a new backend works', async () => {
      await page.call('open', 'webgl2');
      expect(await page.call('lose')).toBeUndefined();
    });
  },
);
