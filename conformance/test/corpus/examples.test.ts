import { readFileSync } from 'node:fs';
import { cpu } from '@taimatsu/backend-cpu';
import { setDefaultDevice, setWarningHandler } from '@taimatsu/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/backends/load.ts';
import { corpusFolder } from '../../src/committed.ts';
import { checkExamples } from '../../src/corpus/examples.ts';
import { corpusEntries } from '../../src/corpus/read.ts';

const entries = corpusEntries(corpusFolder());

/** Operators of which `vmap` refuses something, from the table in the documentation. */
function documented(): string[] {
  const text = readFileSync(new URL('../../../docs/vmap.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| .*\| `vmap\//.test(line));
  return rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, op]) => op!));
}

let warnings: ReturnType<typeof setWarningHandler>;
beforeAll(() => {
  warnings = setWarningHandler(() => {});
});
afterAll(() => {
  setDefaultDevice(cpu);
  setWarningHandler(warnings);
});

describe('vmap of two examples is each of them, stacked', () => {
  // Every sample of every dtype takes two minutes; these are the ones that differ most in size.
  it.each([
    ['cpu', 'float64', 2, 480],
    ['cpu', 'int64', 1, 240],
    ['wasm', 'float32', 1, 480],
  ] as const)('on %s, %s', async (name, dtype, samples, least) => {
    setDefaultDevice((await loadBackend(name)).backend);
    let operators = 0;
    const wrong: object[] = [];
    const refused = new Set<string>();
    for (const { op, label, read } of entries.filter((entry) => entry.label.endsWith(`.${dtype}`))) {
      const found = checkExamples(read(), samples);
      if (found === undefined) continue;
      if (found.checked > 0) operators++;
      if (found.failures.length > 0) wrong.push({ label, failures: found.failures });
      if (Object.keys(found.refused).length > 0) refused.add(op);
    }
    expect(wrong).toEqual([]);
    expect(operators).toBeGreaterThan(least);
    const table = new Set(documented());
    expect([...refused].filter((op) => !table.has(op))).toEqual([]);
  });

  it('refuses every operator that the documentation says it refuses', async () => {
    setDefaultDevice((await loadBackend('cpu')).backend);
    const never = documented().filter((op) => {
      const files = entries.filter((entry) => entry.op === op).map(({ read }) => checkExamples(read()));
      return !files.some((found) => found !== undefined && Object.keys(found.refused).length > 0);
    });
    expect(never).toEqual([]);
  });
});
