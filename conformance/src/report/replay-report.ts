import { type Gaps, judgeGaps } from '../corpus/gaps.ts';
import type { OpCount, OpReplay, SampleFailure } from '../corpus/replay.ts';
import type { HostedBackend } from '../host/host.ts';

/** One backend's replay. */
export interface BackendReplay {
  /** What ran the kernels, in the backend's own words. */
  readonly executor: string;
  readonly ops: Readonly<Record<string, OpCount>>;
  /** What differed, by op; an op without failures is not in it. */
  readonly failures: Readonly<Record<string, readonly SampleFailure[]>>;
  /** The largest error among the samples that passed, in units of the last place. */
  readonly maxUlp: Readonly<Record<string, number>>;
  /** Samples that passed with launches that ran on the host. */
  readonly byFallback: Readonly<Record<string, number>>;
  /** Samples outside of the tolerance, but no further from the float64 result than PyTorch's float32. */
  readonly byReference: Readonly<Record<string, number>>;
  /** Why samples were declined or are missing. */
  readonly reasons: Readonly<Record<string, readonly string[]>>;
  /** Where gaps are declared: which operators went wrong as declared, and how that is not so. */
  readonly gaps?: {
    readonly declared: Readonly<
      Record<string, { readonly samples: number; readonly reasons: readonly string[] }>
    >;
    /** Samples that went wrong although nothing says so. */
    readonly undeclared: Readonly<Record<string, readonly number[]>>;
    /** Samples that are right although something says that they are not. */
    readonly unexpected: Readonly<Record<string, readonly number[]>>;
  };
}

/** A corpus's replay, as `--json` writes it. */
export interface ReplayReport {
  readonly backends: Readonly<Record<string, BackendReplay>>;
}

/** One backend's part of a report, held to declared gaps if there are any. */
export function backendReplay(
  replays: readonly OpReplay[],
  { name, executor }: HostedBackend,
  gaps?: Gaps,
): BackendReplay {
  const pick = <T>(of: (replay: OpReplay) => T, keep: (value: T) => boolean): Record<string, T> =>
    Object.fromEntries(
      replays.map((replay) => [replay.op, of(replay)] as const).filter(([, value]) => keep(value)),
    );
  const some = (list: readonly unknown[]): boolean => list.length > 0;
  return {
    executor,
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
    byReference: pick(
      ({ byReference }) => byReference,
      (samples) => samples > 0,
    ),
    reasons: pick(({ reasons }) => reasons, some),
    ...(gaps === undefined ? {} : { gaps: gapsOf(replays, name, gaps) }),
  };
}

function gapsOf(
  replays: readonly OpReplay[],
  backend: string,
  gaps: Gaps,
): NonNullable<BackendReplay['gaps']> {
  const declared: Record<string, { samples: number; reasons: readonly string[] }> = {};
  const undeclared: Record<string, readonly number[]> = {};
  const unexpected: Record<string, readonly number[]> = {};
  for (const replay of replays) {
    const verdict = judgeGaps(replay.op, backend, replay, gaps);
    if (verdict.declared > 0) declared[replay.op] = { samples: verdict.declared, reasons: verdict.reasons };
    if (verdict.undeclared.length > 0) undeclared[replay.op] = verdict.undeclared;
    if (verdict.unexpected.length > 0) unexpected[replay.op] = verdict.unexpected;
  }
  return { declared, undeclared, unexpected };
}

/** Green means that nothing failed and nothing was missing but what is declared; what a backend declines is allowed. */
export function isGreen({ ops, gaps }: BackendReplay): boolean {
  if (gaps !== undefined)
    return Object.keys(gaps.undeclared).length + Object.keys(gaps.unexpected).length === 0;
  return Object.values(ops).every(({ failed, missing }) => failed === 0 && missing === 0);
}

/**
 * How an operator did as a whole: `known` is wrong as declared. An operator of which no sample was recorded proves
 * nothing.
 */
export type OpStanding = 'right' | 'known' | 'wrong' | 'declined' | 'missing' | 'empty';

export function standingIn({ ops, gaps }: BackendReplay, op: string): OpStanding {
  if (gaps !== undefined && (gaps.undeclared[op] ?? gaps.unexpected[op]) !== undefined) return 'wrong';
  return gaps?.declared[op] === undefined ? standingOf(ops[op]!) : 'known';
}

function standingOf({ samples, failed, declined, missing }: OpCount): OpStanding {
  if (samples === 0) return 'empty';
  if (failed > 0) return 'wrong';
  if (missing > 0) return 'missing';
  return declined > 0 ? 'declined' : 'right';
}

/** How many operators stand how. */
export function standings(backend: BackendReplay): Readonly<Record<OpStanding, number>> {
  const counts: Record<OpStanding, number> = {
    right: 0,
    known: 0,
    wrong: 0,
    declined: 0,
    missing: 0,
    empty: 0,
  };
  for (const op of Object.keys(backend.ops)) counts[standingIn(backend, op)]++;
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
