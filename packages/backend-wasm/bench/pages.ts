// Training loops that never yield, in a page of a headless Chromium: with all memory left to the backend, and with tidy()
// around each step. Medians of interleaved rounds, then one long run and the most memory that the page has had.
// Arguments: steps of the long run, budget in MB, and `plain` for a page that is not cross-origin isolated.
import { fileURLToPath } from 'node:url';
import { isolation, openPage } from '../../../conformance/src/host/browser.ts';
import type { WasmPage } from '../test/programs/page.ts';
import { peakOfRenderers } from '../test/renderers.ts';

const [steps = 100_000, budget = 64] = process.argv.slice(2, 4).map(Number);
const headers = process.argv[4] === 'plain' ? {} : isolation;
const entry = fileURLToPath(new URL('../test/programs/page.ts', import.meta.url));
const median = (list: number[]): string => list.sort((a, b) => a - b)[list.length >> 1]!.toFixed(3);

const page = await openPage<WasmPage>(entry, headers);
const { executor } = await page.call('open', budget * 2 ** 20);
const { up } = await page.call('threads');
console.log(`${executor} in Chromium ${page.version}, threads up: ${up}`);
for (const size of [
  [64, 784],
  [256, 64],
] as const) {
  const times: [automatic: number[], tidy: number[]] = [[], []];
  for (let round = 0; round < 8; round++) {
    for (const tidy of [false, true]) {
      const { time } = await page.call('train', 300, tidy, size);
      if (round > 0) times[Number(tidy) as 0 | 1].push(time);
    }
  }
  const [automatic, tidy] = [median(times[0]), median(times[1])];
  console.log(`batch ${size[0]}, ${size[1]} inputs: automatic ${automatic} ms a step, tidy ${tidy} ms`);
}
const { right, time } = await page.call('train', steps, false);
const peak = Math.round(peakOfRenderers() / 2 ** 20);
console.log(`${steps} steps: ${time.toFixed(3)} ms a step, held values right: ${right}, peak ${peak} MB`);
await page.close();
