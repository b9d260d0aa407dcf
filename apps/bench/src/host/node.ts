import type { Contestant } from '../contestant.ts';
import type { Clock } from '../options.ts';
import type { Entry } from '../roster.ts';
import { openProcess } from './process.ts';
import { openPython } from './python.ts';

/** Contestants in Node, each in its own process. Those that cannot start are named to `missing`. */
export async function openNode(
  entries: readonly Entry[],
  clock: Clock,
  missing: (entry: Entry, why: string) => void,
): Promise<readonly Contestant[]> {
  const opened = await Promise.all(
    entries.map(async (entry) => {
      try {
        if (entry.id !== 'pytorch') return await openProcess(entry, clock);
        const python = await openPython(entry, clock);
        if (python === undefined) missing(entry, 'not installed (apt-get install python3-torch)');
        return python;
      } catch (error) {
        missing(entry, (error as Error).message);
        return undefined;
      }
    }),
  );
  return opened.filter((one) => one !== undefined);
}
