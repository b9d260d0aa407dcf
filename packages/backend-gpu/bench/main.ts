// Launches and times on one executor: `node bench/main.ts cpu`, or `webgl2` and `webgl` in a headless Chromium, whose
// graphics are in software: those times compare kernels with each other, and say nothing about a GPU.
import { fileURLToPath } from 'node:url';
import { openPage } from '../../../conformance/src/host/browser.ts';
import { createGpuBackend, type Executor } from '../src/index.ts';
import { measure, type Row } from './measure.ts';
import type { BenchPage } from './page.ts';

const mode = (process.argv[2] ?? 'cpu') as Executor;

async function rows(): Promise<readonly Row[]> {
  if (mode === 'cpu' || mode === 'headlessgl') return measure(createGpuBackend({ mode }), mode);
  const page = await openPage<BenchPage>(fileURLToPath(new URL('./page.ts', import.meta.url)));
  try {
    return await page.call('measure', mode);
  } finally {
    await page.close();
  }
}

console.log(`gpu.js ${mode}`);
for (const { what, value } of await rows()) console.log(`${what.padEnd(36)} ${value}`);
