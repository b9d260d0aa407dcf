import type { Contestant } from '../contestant.ts';
import type { Clock } from '../options.ts';
import { type Entry, type HostName, roster } from '../roster.ts';
import { openChromium } from './chromium.ts';
import { openNode } from './node.ts';

/** Everyone who takes part. */
export interface Opened {
  readonly contestants: readonly Contestant[];
  /** Whose results are taken as right: PyTorch, or where there is none this project's plain backend. */
  readonly reference: Contestant;
  close(): Promise<void>;
}

/** Starts contestants; says of each that could not be started why. */
export async function openContestants(
  host: HostName,
  entries: readonly Entry[],
  clock: Clock = 'wall',
): Promise<Opened> {
  const missing = ({ name }: Entry, why: string): void => console.log(`${name} does not take part: ${why}`);
  const contestants =
    host === 'node' ? await openNode(entries, clock, missing) : await openChromium(entries, missing);
  const judges: Contestant[] = [];
  for (const id of ['pytorch', 'cpu']) {
    if (judges.length > 0) break;
    const present = host === 'node' ? contestants.find((one) => one.id === id) : undefined;
    const [judge] = present
      ? [present]
      : await openNode(
          roster.node.filter((one) => one.id === id),
          clock,
          missing,
        );
    if (judge !== undefined) judges.push(judge);
  }
  const [reference] = judges;
  if (reference === undefined) throw new Error('no contestant could be started whose results are known');
  return {
    contestants,
    reference,
    close: async () => void (await Promise.all([...contestants, reference].map((one) => one.close()))),
  };
}
