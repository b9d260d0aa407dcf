import type { OpCount, OpReplay, SampleFailure } from '../corpus/replay.ts';

/** One backend's replay. */
export interface BackendReplay {
  readonly ops: Readonly<Record<string, OpCount>>;
  /** What differed, by op; an op without failures is not in it. */
  readonly failures: Readonly<Record<string, readonly SampleFailure[]>>;
  /** The largest error among the samples that passed, in units of the last place. */
  readonly maxUlp: Readonly<Record<string, number>>;
  /** Samples that passed with launches that ran on the host. */
  readonly byFallback: Readonly<Record<string, number>>;
  /** Why samples were declined or are missing. */
  readonly reasons: Readonly<Record<string, readonly string[]>>;
}

/** A corpus's replay, as `--json` writes it. */
export interface ReplayReport {
  readonly backends: Readonly<Record<string, BackendReplay>>;
}

/** One backend's part of a report. */
export function backendReplay(replays: readonly OpReplay[]): BackendReplay {
  const pick = <T>(of: (replay: OpReplay) => T, keep: (value: T) => boolean): Record<string, T> =>
    Object.fromEntries(
      replays.map((replay) => [replay.op, of(replay)] as const).filter(([, value]) => keep(value)),
    );
  const some = (list: readonly unknown[]): boolean => list.length > 0;
  return {
    ops: pick(
      ({ count }) => count,
      () => true,
    ),
    failures: pick(({ failures }) => failures, some),
    maxUlp: pick(
      ({ maxUlp }) => maxUlp,
      (ulp) => ulp > 0,
    ),
    byFallback: pick(
      ({ byFallback }) => byFallback,
      (samples) => samples > 0,
    ),
    reasons: pick(({ reasons }) => reasons, some),
  };
}

/** How an operator did as a whole. An operator of which no sample was recorded proves nothing. */
export type OpStanding = 'right' | 'wrong' | 'declined' | 'missing' | 'empty';

export function standingOf({ samples, failed, declined, missing }: OpCount): OpStanding {
  if (samples === 0) return 'empty';
  if (failed > 0) return 'wrong';
  if (missing > 0) return 'missing';
  return declined > 0 ? 'declined' : 'right';
}

/** How many operators stand how. */
export function standings({ ops }: BackendReplay): Readonly<Record<OpStanding, number>> {
  const counts: Record<OpStanding, number> = { right: 0, wrong: 0, declined: 0, missing: 0, empty: 0 };
  for (const count of Object.values(ops)) counts[standingOf(count)]++;
  return counts;
}

/** All of a backend's samples together. */
export function totals({ ops }: BackendReplay): OpCount {
  const total: OpCount = { samples: 0, passed: 0, failed: 0, declined: 0, missing: 0 };
  for (const count of Object.values(ops)) {
    for (const key of Object.keys(total) as (keyof OpCount)[]) total[key] += count[key];
  }
  return total;
}
