import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenPage, openPage } from '../../../conformance/src/host/browser.ts';
import { wanted } from '../../../tools/need.ts';
import type { WebGpuPage } from './programs/page.ts';

const entry = fileURLToPath(new URL('./programs/page.ts', import.meta.url));

const { missing } = wanted('chromium');
const suite = `in Chromium${missing === undefined ? '' : ` (skipped: ${missing})`}`;
describe.skipIf(missing !== undefined)(suite, { timeout: 120_000 }, () => {
  let page: OpenPage<WebGpuPage>;
  beforeAll(async () => {
    page = await openPage<WebGpuPage>(entry);
  }, 120_000);
  afterAll(() => page?.close());

  test('what reads in the middle works', async () => {
    expect(await page.call('open')).toMatch(/^webgpu, /);
    expect(
      await page.call('inverse', [
        [2, 0],
        [0, 4],
      ]),
    ).toEqual([
      [0.5, 0],
      [0, 0.25],
    ]);
  });

  test('what the device refuses names the kernel', async () => {
    const { code, what } = await page.call('refuse');
    expect(code).toBe('backend/failed');
    expect(what).toMatch(/^map float32=/);
  });

  test('a destroyed device ends pending reads by name, and another can be made', async () => {
    expect(await page.call('lose')).toEqual(new Array(5).fill('backend/lost'));
    await page.call('open');
    expect(
      await page.call('inverse', [
        [2, 0],
        [0, 4],
      ]),
    ).toEqual([
      [0.5, 0],
      [0, 0.25],
    ]);
  });
});
