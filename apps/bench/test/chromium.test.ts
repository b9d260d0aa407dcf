import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wanted } from '../../../tools/need.ts';
import { chooseCases } from '../src/cases.ts';
import { type Opened, openContestants } from '../src/host/open.ts';
import { deviceTable } from '../src/report/device.ts';
import { chooseEntries } from '../src/roster.ts';
import { runCases } from '../src/run.ts';
import type { Work } from '../src/work.ts';

const missing = wanted('chromium').missing ?? wanted('pytorch').missing;

describe.skipIf(missing !== undefined)(
  `contestants in Chromium${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    const entries = chooseEntries('chromium', 'webgpu,gpu,tfjs-webgl,tfjs-webgpu,jax-webgpu,page-wasm');
    let opened: Opened;
    beforeAll(async () => {
      opened = await openContestants('chromium', entries);
    }, 120_000);
    afterAll(() => opened.close());

    test('agree about a tiny case, and what they ask of the device is counted', async () => {
      const [one] = chooseCases('mm-skinny');
      const shape = { batch: 1, m: 16, k: 128, n: 16, ta: false, tb: true };
      const work: Work = { op: 'matmul', ...shape };
      const options = { rounds: 1, reference: opened.reference };
      const results = await runCases([{ ...one!, work }], opened.contestants, options);
      const { timings } = results[0]!;
      expect(timings.map(({ contestant }) => contestant)).toEqual(entries.map(({ id }) => id));
      for (const { wrong, declined, samples } of timings) {
        expect([wrong, declined, samples.length]).toEqual([undefined, undefined, 1]);
      }
      const launches = timings.map(({ calls }) => calls!.launches);
      for (const count of launches.slice(0, -1)) expect(count).toBeGreaterThan(0);
      expect(launches.at(-1)).toBe(0);
      const table = deviceTable(results, entries)!;
      expect(table).toContain('launches');
      expect(table).not.toContain('taimatsu wasm');
    });
  },
);
