import { cpu } from '@taimatsu/backend-cpu';
import { setDefaultDevice, setWarningHandler } from '@taimatsu/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/backends/load.ts';
import { corpusFolder } from '../../src/committed.ts';
import { checkForward } from '../../src/corpus/forward.ts';
import { corpusEntries } from '../../src/corpus/read.ts';

const entries = corpusEntries(corpusFolder()).filter(({ label }) => label.endsWith('.float64'));
/** Of each operator, on each backend: all 4418 samples take 15 seconds. */
const samples = 2;

let warnings: ReturnType<typeof setWarningHandler>;
beforeAll(() => {
  warnings = setWarningHandler(() => {});
});
afterAll(() => {
  setDefaultDevice(cpu);
  setWarningHandler(warnings);
});

describe('forward mode is the transpose of backward', () => {
  it.each(['cpu', 'wasm'])('for every operator of the corpus on %s', async (name) => {
    setDefaultDevice((await loadBackend(name)).backend);
    let operators = 0;
    const wrong: object[] = [];
    for (const { label, read } of entries) {
      const found = checkForward(read(), samples);
      if (found === undefined) continue;
      operators++;
      if (found.failures.length > 0) wrong.push({ label, failures: found.failures });
    }
    expect(wrong).toEqual([]);
    expect(operators).toBeGreaterThan(390);
  });
});
