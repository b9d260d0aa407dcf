import type { Case } from './case.ts';
import { disagreement } from './check.ts';
import type { Contestant, DeviceCalls } from './contestant.ts';

/** What one contestant did with one case. */
export interface Timing {
  /** Its id. */
  readonly contestant: string;
  /** Microseconds of a run, one number a round. */
  readonly samples: readonly number[];
  /** Why it has no result, or what is wrong with it. */
  readonly declined?: string;
  readonly wrong?: string;
  readonly calls?: DeviceCalls;
}

/** A case with everyone's times. */
export interface Result {
  readonly case: Case;
  readonly timings: readonly Timing[];
}

/** Settings of {@link runCases}. */
export interface RunOptions {
  readonly rounds: number;
  /** Begins no round later than this: `performance.now()`'s milliseconds. One round is always made. */
  readonly until?: number;
  /** Says what results are right: asked first, and only for its results. */
  readonly reference: Contestant;
  /** Told what is going on. */
  readonly progress?: (text: string) => void;
}

const ROUND_MS = 50;
const WARM_UP_MS = 250;
/** What takes longer is run once a round, and in three rounds only. */
const SLOW_MS = 400;
/** What takes longer than this is not run again: its warm-up is its only round. */
const VERY_SLOW_MS = 3000;

/** One contestant's part of one case, while it is measured. */
interface Lane {
  readonly one: Case;
  readonly contestant: Contestant;
  readonly count: number;
  readonly rounds: number;
  readonly samples: number[];
  readonly wrong: string | undefined;
}

/**
 * Makes every case ready, checks every result, then times: each round goes through all cases and all contestants, so
 * that what disturbs the machine disturbs all of them, and numbers of different cases can be compared too.
 */
export async function runCases(
  cases: readonly Case[],
  contestants: readonly Contestant[],
  { rounds, until = Number.POSITIVE_INFINITY, reference, progress = () => {} }: RunOptions,
): Promise<readonly Result[]> {
  const lanes: Lane[] = [];
  const declined = new Map<Case, Timing[]>();
  for (const one of cases) {
    const out: Timing[] = [];
    declined.set(one, out);
    const truth = await reference.prepare(one.work);
    for (const contestant of contestants) {
      progress(`${one.id}: ${contestant.name} gets ready`);
      const prepared = contestant === reference ? truth : await contestant.prepare(one.work);
      if ('declined' in prepared) {
        out.push({ contestant: contestant.id, samples: [], declined: prepared.declined });
        continue;
      }
      const wrong = 'declined' in truth ? undefined : disagreement(one.work, prepared.result, truth.result);
      const time = await warmUp(one, contestant);
      const most = time > VERY_SLOW_MS * 1e3 ? 0 : time > SLOW_MS * 1e3 ? 3 : rounds;
      lanes.push({
        one,
        contestant,
        count: Math.max(1, Math.round((ROUND_MS * 1e3) / time)),
        rounds: Math.min(rounds, most),
        samples: most === 0 ? [time] : [],
        wrong,
      });
    }
  }
  for (let round = 0; round < rounds && (round === 0 || performance.now() < until); round++) {
    for (const lane of lanes) {
      if (round >= lane.rounds) continue;
      progress(`round ${round + 1} of ${rounds}: ${lane.one.id}, ${lane.contestant.name}`);
      lane.samples.push(await lane.contestant.time(lane.one.work, lane.count));
    }
  }
  const results: Result[] = [];
  for (const one of cases) {
    const timings: Timing[] = [];
    for (const contestant of contestants) {
      const none = declined.get(one)!.find((timing) => timing.contestant === contestant.id);
      const lane = lanes.find((own) => own.one === one && own.contestant === contestant);
      if (none !== undefined) timings.push(none);
      if (lane === undefined) continue;
      const calls = await contestant.calls?.(one.work);
      timings.push({
        contestant: contestant.id,
        samples: lane.samples,
        ...(lane.wrong === undefined ? {} : { wrong: lane.wrong }),
        ...(calls === undefined ? {} : { calls }),
      });
    }
    results.push({ case: one, timings });
  }
  return results;
}

/** Runs until an optimising compiler has seen enough of it; microseconds of a run. */
async function warmUp(one: Case, contestant: Contestant): Promise<number> {
  for (let count = 1, spent = 0; ; count *= 2) {
    const time = await contestant.time(one.work, count);
    spent += time * count;
    if (spent > WARM_UP_MS * 1e3) return time;
  }
}
