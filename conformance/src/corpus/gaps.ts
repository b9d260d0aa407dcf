import type { OpReplay } from './replay.ts';

/** Samples that are known to differ, for one reason. */
export interface Gap {
  readonly reason: string;
  /** The backends that it is about, on any executor; all of them when not given. */
  readonly backends?: readonly string[];
  /** By `op.dtype`: `all`, or the samples' numbers. */
  readonly samples: Readonly<Record<string, 'all' | readonly number[]>>;
}

export type Gaps = readonly Gap[];

/** How an operator did beside what is declared of it. */
export interface GapVerdict {
  /** Samples that went wrong as declared, and the reasons. */
  readonly declared: number;
  readonly reasons: readonly string[];
  /** Samples that went wrong although nothing says so. */
  readonly undeclared: readonly number[];
  /** Samples that are right although something says that they are not. */
  readonly unexpected: readonly number[];
}

/** Holds an operator's replay to what is declared: what is wrong must be declared, and what is declared must be wrong, if it ran. */
export function judgeGaps(label: string, backend: string, replay: OpReplay, gaps: Gaps): GapVerdict {
  const own = gaps.filter(
    ({ backends, samples }) =>
      Object.hasOwn(samples, label) && (backends?.includes(backend.split(':')[0]!) ?? true),
  );
  const every = Array.from({ length: replay.count.samples }, (_, i) => i);
  const expected = new Set(
    own.flatMap(({ samples }) => (samples[label] === 'all' ? every : samples[label]!)),
  );
  const wrong = new Set([...replay.failures.map(({ sample }) => sample), ...replay.missing]);
  const open = new Set(replay.declined);
  const declared = every.filter((i) => wrong.has(i) && expected.has(i)).length;
  return {
    declared,
    reasons: own.map(({ reason }) => reason),
    undeclared: every.filter((i) => wrong.has(i) && !expected.has(i)),
    unexpected: every.filter((i) => !wrong.has(i) && !open.has(i) && expected.has(i)),
  };
}
