import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cpu } from '@taimatsu/backend-cpu';
import { setDefaultDevice, setWarningHandler } from '@taimatsu/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/backends/load.ts';
import { corpusFolder, declaredGaps, opInfoNames } from '../../src/committed.ts';
import { judgeGaps } from '../../src/corpus/gaps.ts';
import { corpusEntries, readProvenance } from '../../src/corpus/read.ts';
import { replayFile } from '../../src/corpus/replay.ts';
import { checkSecondOrder } from '../../src/corpus/second-order.ts';

const entries = corpusEntries(corpusFolder());
/** Of every so many operators a few samples: all of it takes `pnpm conformance run --level ops`. */
const every = 9;
const samples = 3;

let warnings: ReturnType<typeof setWarningHandler>;
beforeAll(() => {
  warnings = setWarningHandler(() => {});
});
afterAll(() => {
  setDefaultDevice(cpu);
  setWarningHandler(warnings);
});

describe('the committed corpus', () => {
  it('says where it comes from, a file per dtype', () => {
    const files = readdirSync(corpusFolder()).filter((name) => name.endsWith('.gz'));
    expect(files).toEqual(
      ['bool', 'errors', 'float32', 'float64', 'int64'].map((dtype) => `${dtype}.jsonl.gz`),
    );
    for (const name of files) {
      const provenance = readProvenance(join(corpusFolder(), name));
      expect(`${provenance.dtype}.jsonl.gz`).toBe(name);
      expect(provenance.command).toContain(`--seed ${provenance.seed}`);
    }
  });

  it('has operators by the names of OpInfo only, and gaps for operators that it has', () => {
    const names = new Set(opInfoNames());
    expect(names.size).toBe(571);
    expect(entries.filter(({ op }) => !names.has(op.split('@')[0]!))).toEqual([]);
    const labels = new Set(entries.flatMap(({ op, label }) => [label, `${op}.gradients`]));
    const declared = declaredGaps().flatMap((gap) => Object.keys(gap.samples));
    expect(declared.filter((label) => !labels.has(label))).toEqual([]);
  });

  it.each(['cpu', 'wasm'])('is met in part on %s: the rest is declared', async (name) => {
    setDefaultDevice((await loadBackend(name)).backend);
    const gaps = declaredGaps();
    const off: object[] = [];
    for (const { label, read } of entries.filter((_, i) => i % every === 0)) {
      const file = read();
      const replay = await replayFile({ ...file, samples: file.samples.slice(0, samples) });
      const { undeclared, unexpected } = judgeGaps(label, name, replay, gaps);
      if (undeclared.length + unexpected.length > 0) off.push({ label, undeclared, unexpected });
    }
    expect(off).toEqual([]);
  });

  it.each(['mul', 'linalg.cholesky', 'logsumexp'])('second derivatives of %s hold', async (op) => {
    setDefaultDevice((await loadBackend('cpu')).backend);
    const { read } = entries.find(({ label }) => label === `${op}.float64`)!;
    expect(checkSecondOrder(read())).toMatchObject({ failures: [] });
  });
});

describe('declared gaps', () => {
  const count = { samples: 4, passed: 2, failed: 1, declined: 1, missing: 0 };
  const failures = [{ sample: 1, name: '', differences: [] }];
  const replay = {
    op: 'add.bool',
    count,
    failures,
    missing: [],
    declined: [3],
    maxUlp: 0,
    byFallback: 0,
    byReference: 0,
    reasons: [],
  };

  it.each([
    [[1], undefined, { declared: 1, undeclared: [], unexpected: [] }],
    [[1, 2], undefined, { declared: 1, undeclared: [], unexpected: [2] }],
    ['all', undefined, { declared: 1, undeclared: [], unexpected: [0, 2] }],
    [[1], ['wasm'], { declared: 0, undeclared: [1], unexpected: [] }],
    [[1], ['cpu'], { declared: 1, undeclared: [], unexpected: [] }],
  ] as const)('%j on %j', (own, backends, verdict) => {
    const gap = { reason: 'no', ...(backends ? { backends } : {}), samples: { 'add.bool': own } };
    expect(judgeGaps('add.bool', 'cpu', replay, [gap])).toMatchObject(verdict);
  });
});
