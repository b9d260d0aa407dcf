import type { Goal, Measured, Verdict } from './goal.ts';
import type { Entry } from './roster.ts';
import type { Result, Timing } from './run.ts';
import { median } from './statistics.ts';

/** A goal and how it came out; undefined where what it compares with was not measured. */
export interface Outcome {
  readonly goal: Goal;
  readonly verdict: Verdict | undefined;
}

/** The timing of a contestant in a case, if it gave a right result. */
function timingOf(result: Result | undefined, id: string): Timing | undefined {
  return result?.timings.find((t) => t.contestant === id && t.samples.length > 0);
}

/** Microseconds of what a case counts: a run, or one operation of it. */
export function medianOf(result: Result | undefined, id: string): number | undefined {
  const timing = timingOf(result, id);
  return timing === undefined ? undefined : median(timing.samples) / (result!.case.per ?? 1);
}

/** GFLOP/s, where the case has a rate. */
export function rateOf(result: Result | undefined, id: string): number | undefined {
  const [time, flops] = [medianOf(result, id), result?.case.flops];
  return time === undefined || flops === undefined ? undefined : flops / time / 1e3;
}

/** Judges the goals of a case whose contestants took part. */
export function outcomes(
  result: Result,
  all: readonly Result[],
  entries: readonly Entry[],
): readonly Outcome[] {
  const find = (caseId: string): Result | undefined => all.find((one) => one.case.id === caseId);
  return result.case.goals
    .filter((goal) => timingOf(result, goal.of) !== undefined)
    .map((goal) => {
      const measured: Measured = {
        time: (id = goal.of, caseId = result.case.id) => medianOf(find(caseId), id),
        rate: (id = goal.of, caseId = result.case.id) => rateOf(find(caseId), id),
        bestPeer: () => bestPeer(result, entries),
        launches: (id = goal.of) => timingOf(result, id)?.calls?.launches,
      };
      return { goal, verdict: goal.judge(measured) };
    });
}

/** The shortest median of the peers whose result was right; PyTorch runs native code and is shown, not beaten. */
function bestPeer(result: Result, entries: readonly Entry[]): number | undefined {
  const times = entries
    .filter(({ id, own }) => !own && id !== 'pytorch' && timingOf(result, id)?.wrong === undefined)
    .map(({ id }) => medianOf(result, id))
    .filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}
