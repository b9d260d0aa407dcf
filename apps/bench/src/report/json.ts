import { cpus } from 'node:os';
import type { Contestant } from '../contestant.ts';
import type { Options } from '../options.ts';
import { medianOf, outcomes, rateOf } from '../outcome.ts';
import type { Entry } from '../roster.ts';
import type { Result } from '../run.ts';

/** Everything that was measured, as plain data. */
export function reportJson(
  { host, clock }: Pick<Options, 'host' | 'clock'>,
  results: readonly Result[],
  entries: readonly Entry[],
  contestants: readonly Contestant[],
): object {
  return {
    date: new Date().toISOString(),
    host,
    clock,
    machine: { processor: cpus()[0]?.model, processors: cpus().length, node: process.versions.node },
    contestants: contestants.map(({ id, name, about }) => ({ id, name, about })),
    cases: results.map((result) => ({
      id: result.case.id,
      what: result.case.what,
      work: result.case.work,
      unit: 'microseconds of a run',
      timings: result.timings.map((timing) => ({
        ...timing,
        ...(timing.samples.length === 0
          ? {}
          : {
              median: medianOf(result, timing.contestant),
              best: Math.min(...timing.samples) / (result.case.per ?? 1),
              gigaflops: rateOf(result, timing.contestant),
            }),
      })),
      goals: outcomes(result, results, entries).map(({ goal, verdict }) => ({
        of: goal.of,
        text: goal.text,
        ...verdict,
      })),
    })),
  };
}
