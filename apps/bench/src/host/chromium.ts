import { fileURLToPath } from 'node:url';
import { openPage } from '@taimatsu/conformance/host';
import type { Contestant } from '../contestant.ts';
import type { Entry } from '../roster.ts';
import type { BenchPage } from './page.ts';

/** Contestants in one page of a headless Chromium, whose graphics are computed in software. */
export async function openChromium(
  entries: readonly Entry[],
  missing: (entry: Entry, why: string) => void,
): Promise<readonly Contestant[]> {
  const page = await openPage<BenchPage>(fileURLToPath(new URL('./page.ts', import.meta.url)));
  const contestants: Contestant[] = [];
  for (const entry of entries) {
    const { id, name } = entry;
    try {
      const about = await page.call('open', id);
      contestants.push({
        id,
        name,
        about: `${about} in Chromium ${page.version}`,
        prepare: (work) => page.call('prepare', id, work),
        time: (work, times) => page.call('time', id, work, times),
        calls: (work) => page.call('calls', id, work),
        close: () => page.close(),
      });
    } catch (error) {
      missing(entry, (error as Error).message);
    }
  }
  if (contestants.length === 0) await page.close();
  return contestants;
}
