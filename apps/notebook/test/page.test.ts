import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wanted } from '../../../tools/need.ts';
import { run } from '../../../tools/run.ts';

const root = join(import.meta.dirname, '..');
const flags = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  // WebGPU and WebGL on the processor, for machines without a graphics card.
  ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--use-angle=swiftshader'],
  '--enable-unsafe-swiftshader',
];

const { path, missing } = wanted('chromium');

describe.skipIf(missing !== undefined)(
  `the page${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  { timeout: 60_000 },
  () => {
    const complaints: string[] = [];
    const folder = mkdtempSync(join(tmpdir(), 'taimatsu-notebook-'));
    let server: PreviewServer;
    let browser: Browser;
    let page: Page;

    const url = (fragment = ''): string => `${server.resolvedUrls!.local[0]}${fragment}`;
    const cell = (id: string) => page.locator(`#cell-${id}`);
    const output = (id: string) => cell(id).locator('.output').textContent();
    const line = () => page.locator('.line').textContent();
    const boxes = () =>
      page.locator('g.node').evaluateAll((all) => all.map((box) => box.getAttribute('aria-label')));

    async function open(fragment = ''): Promise<void> {
      await page?.close();
      page = await browser.newPage({
        viewport: { width: 1280, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(url(fragment));
    }

    /** Waits until the line of results speaks of a backend. */
    async function ran(backend: string): Promise<string | null> {
      await page.locator('.line', { hasText: new RegExp(`^${backend}: `) }).waitFor({ timeout: 60_000 });
      return line();
    }

    async function rewrite(id: string, code: string): Promise<void> {
      await cell(id).locator('.cm-content').click();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.insertText(code);
      await page.keyboard.press('ControlOrMeta+Enter');
      await cell(id).and(page.locator(':not([data-verdict=running])')).waitFor();
    }

    beforeAll(async () => {
      const { code, output: log } = await run('vite', [
        'build',
        root,
        '--outDir',
        folder,
        '--emptyOutDir',
        '-l',
        'error',
      ]);
      if (code !== 0) throw new Error(log);
      server = await preview({
        configFile: false,
        root,
        build: { outDir: folder },
        preview: { port: 0 },
        logLevel: 'error',
      });
      browser = await chromium.launch({ executablePath: path!, args: flags });
      await open();
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await server?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test('runs every cell as it opens', async () => {
      expect(await ran('cpu')).toMatch(/^cpu: 14 of 14 cells as in the notebook/);
      expect(await output('11')).toContain('tensor(27., grad_fn=<MeanBackward0>)');
      expect(await output('15')).toMatch(/^RuntimeError: Trying to backward through the graph a second time/);
    });

    test('draws what backward keeps, and what it has freed', async () => {
      // A worker draws: the picture comes when it is done, and one that was asked for before may come after a click.
      const drawn = async (id: string) => {
        await cell(id).locator('.count').click();
        return boxes();
      };
      const soon = { timeout: 20_000, interval: 500 };
      const detail = () => page.locator('.detail').textContent();
      await expect
        .poll(() => drawn('11'), soon)
        .toEqual(expect.arrayContaining(['x (2, 2)', 'AddBackward0 y (2, 2)', 'y (2, 2)', 'out ()']));
      await page.getByLabel('x (2, 2)').hover();
      await expect.poll(detail, soon).toContain('[1., 1.]])');
      await expect
        .poll(async () => (await drawn('15')).filter((label) => label === 'freed'), soon)
        .toHaveLength(2);
      await expect.poll(detail, soon).toContain('the backward before freed it');
    });

    test('runs what the reader writes, and shows how it differs', async () => {
      await rewrite('3', 'x = torch.ones(3) * 4\nprint(x)');
      expect(await output('3')).toBe('tensor([4., 4., 4.])');
      expect(await cell('3').locator('.status').textContent()).toContain('changed by you');
      await cell('3').getByRole('button', { name: 'Restore' }).click();
      await rewrite('yours', 'n = 2\nwhile (x.norm() * n < 100) n += 1\nn');
      expect(await output('yours')).toMatch(/^\d+$/);
    });

    test('shows errors as Python does', async () => {
      await rewrite('yours', 'print(nothing)');
      expect(await output('yours')).toBe("NameError: name 'nothing' is not defined");
      await rewrite('yours', 'torch.ones(2) + torch.ones(3)');
      expect(await output('yours')).toMatch(/^RuntimeError: The size of tensor a \(2\) must match/);
      await rewrite('yours', 'x = (');
      expect(await output('yours')).toMatch(/^SyntaxError/);
    });

    test('shows the plain TypeScript', async () => {
      await page.getByLabel('Plain TypeScript').check();
      expect(await cell('11').locator('.plain').textContent()).toContain('let z = y.mul(y).mul(3)');
      expect(await cell('18').locator('.plain').textContent()).toContain(
        'await y.data.norm().lt(1000).itemAsync()',
      );
    });

    test('stops a cell that never ends', async () => {
      await cell('yours').locator('.cm-content').click();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.insertText('while (true) {}');
      await page.keyboard.press('ControlOrMeta+Enter');
      await cell('yours').and(page.locator('[data-verdict=running]')).waitFor();
      await page.getByRole('button', { name: 'Restart' }).click();
      await cell('yours').and(page.locator('[data-verdict=none]')).waitFor();
    });

    test('a link carries the reader’s cells, which wait to be run', async () => {
      await rewrite('yours', '40 + 2');
      await page.getByRole('button', { name: 'Share' }).click();
      await page.locator('.line', { hasText: 'copied' }).waitFor();
      const fragment = new URL(page.url()).hash;
      expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(fragment);
      await open(fragment);
      expect(await cell('yours').locator('.cm-content').textContent()).toBe('40 + 2');
      expect(await output('3')).toBe('');
      await page.getByRole('button', { name: 'Run all' }).click();
      expect(await ran('cpu')).toContain('14 of 14');
      expect(await output('yours')).toBe('42');
    });

    test.each(['wasm', 'webgpu', 'gpu'])(
      'prints the same on %s, or says why it cannot run',
      async (backend) => {
        await page.getByRole('radio', { name: backend, exact: true }).check();
        expect(await ran(backend)).toMatch(/: 14 of 14 cells as in the notebook|: cannot run here: .+/);
      },
    );

    test('fits a phone', async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      await page.locator('summary').click();
      await page.locator('.canvas').waitFor({ state: 'hidden' });
    });

    test('complains of nothing', () => {
      expect(complaints).toEqual([]);
    });
  },
);
