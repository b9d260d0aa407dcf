import type { Case } from './case.ts';
import type { Contestant } from './contestant.ts';

/** What one contestant took for one case: microseconds of a run, over the rounds. */
export interface Timing {
  readonly contestant: string;
  readonly median: number;
  readonly best: number;
}

/** A case with everyone's times. */
export interface Result {
  readonly case: Case;
  readonly timings: readonly Timing[];
}

const ROUND_MS = 60;
const WARM_UP_MS = 400;

/** Times a case with everyone taking turns, so that what disturbs the machine disturbs all of them. */
export async function runCase(
  one: Case,
  contestants: readonly Contestant[],
  rounds: number,
): Promise<Result> {
  const samples = new Map<Contestant, number[]>();
  const counts = new Map<Contestant, number>();
  for (const contestant of contestants) {
    const warm = await warmUp(one.id, contestant);
    if (warm === undefined) continue;
    counts.set(contestant, Math.max(1, Math.round((ROUND_MS * 1e3) / warm)));
    samples.set(contestant, []);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [contestant, count] of counts) {
      const time = await contestant.time(one.id, count);
      if (time !== undefined) samples.get(contestant)!.push(time);
    }
  }
  const timings = [...samples].map(([contestant, times]) => {
    times.sort((a, b) => a - b);
    return { contestant: contestant.name, median: times[times.length >> 1]!, best: times[0]! };
  });
  return { case: one, timings };
}

/** Runs until an optimising compiler has seen enough of it; returns the time of a run. */
async function warmUp(id: string, contestant: Contestant): Promise<number | undefined> {
  let count = 1;
  for (let spent = 0; ; count *= 2) {
    const time = await contestant.time(id, count);
    if (time === undefined) return undefined;
    spent += time * count;
    if (spent > WARM_UP_MS * 1e3) return time;
  }
}
