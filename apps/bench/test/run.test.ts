import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wanted } from '../../../tools/need.ts';
import type { Case } from '../src/case.ts';
import { cases, chooseCases } from '../src/cases.ts';
import type { Contestant } from '../src/contestant.ts';
import { type Opened, openContestants } from '../src/host/open.ts';
import { chooseEntries } from '../src/roster.ts';
import { runCases } from '../src/run.ts';

const names = 'wasm,cpu,tfjs-wasm,tfjs-cpu,jax,jax-jit,pytorch';

const { missing } = wanted('pytorch');

describe.skipIf(missing !== undefined)(
  `contestants in Node${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await openContestants('node', chooseEntries('node', names));
    }, 120_000);
    afterAll(() => opened.close());

    test('all start, and say what they are', () => {
      expect(opened.contestants.map(({ id }) => id)).toEqual(names.split(','));
      for (const { about } of opened.contestants) expect(about).not.toBe('');
      expect(opened.reference.id).toBe('pytorch');
    });

    test('agree about a tiny case, and are timed', async () => {
      const [one] = chooseCases('notebook');
      const [result] = await runCases([one!], opened.contestants, { rounds: 2, reference: opened.reference });
      for (const timing of result!.timings) {
        expect(timing).toMatchObject({ samples: [expect.any(Number), expect.any(Number)] });
        expect(timing.wrong).toBeUndefined();
        for (const time of timing.samples) expect(time).toBeGreaterThan(0);
      }
      expect(result!.timings).toHaveLength(7);
    });

    const small = (one: Case): Case | undefined => {
      const { work } = one;
      if (work.op === 'matmul') return { ...one, work: { ...work, m: 5, k: 7, n: 3 } };
      if (work.op === 'conv') return { ...one, work: { ...work, batch: 2, channels: 3, size: 5 } };
      if (work.op === 'softmax' || work.op === 'layerNorm')
        return { ...one, work: { ...work, rows: 3, columns: 11 } };
      if (work.op === 'mlp' || work.op === 'cnn') return { ...one, work: { ...work, batch: 2 } };
      return 'elements' in work ? { ...one, work: { ...work, elements: 9 } } : undefined;
    };

    test.each(['wasm', 'cpu', 'tfjs-wasm', 'tfjs-cpu', 'jax', 'jax-jit'])(
      '%s does every kind of work as PyTorch does',
      async (id) => {
        const contestant = opened.contestants.find((one) => one.id === id)!;
        const list = cases.map(small).filter((one) => one !== undefined);
        const shrunk = await quick(list, contestant, opened.reference);
        expect(shrunk.filter((text) => text !== undefined)).toEqual([]);
      },
    );
  },
);

/** What is wrong with a contestant's results, without timing. */
async function quick(
  list: readonly Case[],
  contestant: Contestant,
  reference: Contestant,
): Promise<readonly (string | undefined)[]> {
  const { disagreement } = await import('../src/check.ts');
  const found: (string | undefined)[] = [];
  for (const { id, work } of list) {
    const truth = await reference.prepare(work);
    const prepared = await contestant.prepare(work);
    if ('declined' in truth) throw new Error(`${id}: ${truth.declined}`);
    if ('declined' in prepared) {
      // TensorFlow.js's WASM backend has no gradient of a convolution's weight; everything else must not fail.
      const isKnown = !prepared.declined.startsWith('failed') || prepared.declined.includes('not registered');
      found.push(isKnown ? undefined : `${id}: ${prepared.declined}`);
      continue;
    }
    const why = disagreement(work, prepared.result, truth.result);
    found.push(why === undefined ? undefined : `${id}: ${why}`);
  }
  return found;
}

describe('a run', () => {
  const one: Case = { id: 'x', group: 'small', what: 'x', work: { op: 'exp', elements: 1 }, goals: [] };
  const fake = (id: string, value: number, log: string[]): Contestant => ({
    id,
    name: id,
    about: '',
    prepare: async () => ({ result: Float32Array.of(value) }),
    time: async () => {
      log.push(id);
      return 400_000;
    },
    close: async () => {},
  });

  test('takes turns and shows who is wrong', async () => {
    const log: string[] = [];
    const pair = [fake('a', 1, log), fake('b', 2, log)] as const;
    const [result] = await runCases([one], pair, { rounds: 3, reference: pair[0] });
    expect(log.slice(-6)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(result!.timings.map(({ samples }) => samples.length)).toEqual([3, 3]);
    expect(result!.timings.map(({ wrong }) => wrong !== undefined)).toEqual([false, true]);
  });

  test('ends when its time is up, with one round at least', async () => {
    const only = fake('a', 1, []);
    const [result] = await runCases([one], [only], { rounds: 3, until: 0, reference: only });
    expect(result!.timings[0]!.samples).toHaveLength(1);
  });

  test('has no time for who declines, and says why', async () => {
    const log: string[] = [];
    const shy = { ...fake('a', 1, log), prepare: async () => ({ declined: 'no' }) };
    const [result] = await runCases([one], [shy], { rounds: 3, reference: fake('b', 1, log) });
    expect(result!.timings).toEqual([{ contestant: 'a', samples: [], declined: 'no' }]);
    expect(log).toEqual([]);
  });
});
