import { UsageError } from '../corpus/read.ts';
import type { OpCount } from '../corpus/replay.ts';

/** A change between two reports, for better or for worse. */
export interface Change {
  readonly backend: string;
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly kind: 'better' | 'worse' | 'other';
}

interface AnyReport {
  readonly backends: Readonly<
    Record<string, { ops?: Record<string, OpCount>; scenarios?: Record<string, { verdict: string }> }>
  >;
}

const gone = 'not run';

/** What changed from one report to another, of a run or of a replay. @throws {@link UsageError} */
export function diffReports(before: unknown, after: unknown): readonly Change[] {
  const old = standing(before);
  const now = standing(after);
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return keys.flatMap((key) => {
    const a = old.get(key) ?? { text: gone, rank: -1 };
    const b = now.get(key) ?? { text: gone, rank: -1 };
    if (a.text === b.text) return [];
    const [backend = '', name = ''] = key.split('\t');
    const kind = b.rank > a.rank ? 'better' : b.rank < a.rank ? 'worse' : 'other';
    return [{ backend, name, before: a.text, after: b.text, kind }];
  });
}

interface Standing {
  readonly text: string;
  /** Larger is better. */
  readonly rank: number;
}

const verdictRanks: Readonly<Record<string, number>> = {
  fail: 0,
  declined: 0.5,
  'pass-by-fallback': 0.9,
  pass: 1,
};

function standing(report: unknown): ReadonlyMap<string, Standing> {
  const { backends } = (report ?? {}) as Partial<AnyReport>;
  if (typeof backends !== 'object') throw new UsageError('not a report: it has no backends');
  const found = new Map<string, Standing>();
  for (const [backend, { ops = {}, scenarios = {} }] of Object.entries(backends)) {
    for (const [name, { samples, passed, failed, declined, missing }] of Object.entries(ops)) {
      const rest = Object.entries({ failed, declined, missing })
        .filter(([, n]) => n > 0)
        .map(([what, n]) => `, ${n} ${what}`);
      const rank = samples === 0 ? 0 : passed / samples;
      found.set(`${backend}\t${name}`, { text: `${passed}/${samples}${rest.join('')}`, rank });
    }
    for (const [name, { verdict }] of Object.entries(scenarios)) {
      found.set(`${backend}\t${name}`, { text: verdict, rank: verdictRanks[verdict] ?? 0 });
    }
  }
  return found;
}
