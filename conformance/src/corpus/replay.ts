import { getDefaultDevice } from '@taimatsu/core';
import type { Difference } from '../compare/compare.ts';
import { type CorpusFile, opName } from './format.ts';
import { replaySample } from './sample.ts';

/** An operator's samples, counted by how they went. */
export interface OpCount {
  samples: number;
  passed: number;
  failed: number;
  declined: number;
  missing: number;
}

/** A recorded call that went wrong. */
export interface SampleFailure {
  readonly sample: number;
  readonly name: string;
  readonly differences: readonly Difference[];
}

/** What happened to one operator on one backend. */
export interface OpReplay {
  readonly op: string;
  readonly count: OpCount;
  readonly failures: readonly SampleFailure[];
  /** Samples that need what the library does not have. */
  readonly missing: readonly number[];
  /** Samples that the backend declined. */
  readonly declined: readonly number[];
  /** The largest error seen, in units of the last place, over what passed. */
  readonly maxUlp: number;
  /** How many samples passed with launches that ran on the host instead. */
  readonly byFallback: number;
  /** How many samples are outside of the tolerance, but no further from the float64 result than PyTorch's float32. */
  readonly byReference: number;
  /** Why samples were declined or missing: each reason once. */
  readonly reasons: readonly string[];
}

/** Replays a file's samples on the default device. */
export async function replayFile(file: CorpusFile): Promise<OpReplay> {
  const count: OpCount = { samples: 0, passed: 0, failed: 0, declined: 0, missing: 0 };
  const failures: SampleFailure[] = [];
  const missing: number[] = [];
  const declined: number[] = [];
  const reasons = new Set<string>();
  const { counters } = getDefaultDevice();
  let maxUlp = 0;
  let byFallback = 0;
  let byReference = 0;
  for (const [sample, record] of file.samples.entries()) {
    const before = counters.fallbacks;
    const outcome = await replaySample(file, record);
    count.samples++;
    count[outcome.verdict]++;
    if (outcome.verdict === 'failed') {
      failures.push({ sample, name: record.name, differences: outcome.differences });
    } else if (outcome.verdict === 'passed') {
      maxUlp = Math.max(maxUlp, outcome.ulp);
      if (counters.fallbacks > before) byFallback++;
      if (outcome.byReference) byReference++;
    } else {
      (outcome.verdict === 'missing' ? missing : declined).push(sample);
      reasons.add(outcome.reason);
    }
  }
  return {
    op: opName(file),
    count,
    failures,
    missing,
    declined,
    maxUlp,
    byFallback,
    byReference,
    reasons: [...reasons],
  };
}
