// Launches and times on one executor: `node bench/main.ts cpu`, or `webgl2` and `webgl` in a headless Chromium, whose
// graphics are in software: those times compare kernels with each other, and say nothing about a GPU. With a folder where
// `npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-webgl` was done, TensorFlow.js takes part, else
// kernels as gpu.js's own documentation writes them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPage } from '../../../conformance/src/host/browser.ts';
import { createGpuBackend, type Executor } from '../src/index.ts';
import { measure, type Row } from './measure.ts';
import type { BenchPage } from './page.ts';
import { plainGpuJs } from './plain.ts';

const [mode = 'cpu', folder] = process.argv.slice(2) as [Executor?, string?];

const bundles = [
  'tfjs-core/dist/tf-core.min.js',
  'tfjs-backend-cpu/dist/tf-backend-cpu.min.js',
  'tfjs-backend-webgl/dist/tf-backend-webgl.min.js',
];

async function rows(): Promise<readonly Row[]> {
  if (mode === 'cpu' || mode === 'headlessgl') return measure(createGpuBackend({ mode }), plainGpuJs(mode));
  const peer =
    folder === undefined
      ? []
      : bundles.map((path) => readFileSync(join(folder, 'node_modules/@tensorflow', path), 'utf8'));
  const page = await openPage<BenchPage>(fileURLToPath(new URL('./page.ts', import.meta.url)));
  try {
    return await page.call('measure', mode, peer);
  } finally {
    await page.close();
  }
}

console.log(`gpu.js ${mode}`);
for (const { what, value } of await rows()) console.log(`${what.padEnd(36)} ${value}`);
