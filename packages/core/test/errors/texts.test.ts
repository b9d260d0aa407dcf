import { afterEach, describe, expect, it } from 'vitest';
import { isTensorError } from '../../src/errors/index.ts';
import { type PythonValue, pythonStr } from '../../src/print/index.ts';
import { torch } from '../setup.ts';
import { autograd } from './calls/autograd.ts';
import { dtype } from './calls/dtype.ts';
import { reduce } from './calls/reduce.ts';
import { scalar } from './calls/scalar.ts';
import { shape } from './calls/shape.ts';
import { type Call, watchedStates } from './context.ts';
import { later, unwarned } from './later.ts';
import { leftOut } from './left-out.ts';
import { cases, type RecordedCase } from './recorded.ts';

const calls: { readonly [group: string]: { readonly [code: string]: Call } } = {
  autograd,
  dtype,
  reduce,
  scalar,
  shape,
};

/** Groups of cases that concern other packages. */
const elsewhere = ['nn'];

const warnings: string[] = [];

afterEach(() => {
  watchedStates();
  torch.setWarningHandler();
  torch.setGradEnabled(true);
});

/** What a call did, in the form of the recordings. */
function outcomeOf(code: string, call: Call): RecordedCase {
  warnings.length = 0;
  torch.setWarningHandler((message) => warnings.push(message));
  torch.manualSeed(0);
  const warned = (): Partial<RecordedCase> => (warnings.length === 0 ? {} : { warnings: [...warnings] });
  try {
    const value = call();
    return { code, ...(value === undefined ? {} : { value: pythonStr(value as PythonValue) }), ...warned() };
  } catch (error) {
    if (!isTensorError(error)) throw error;
    return { code, error: error.name, text: error.message, ...warned() };
  }
}

function textOf({ error, text, value, warnings: warned = [] }: RecordedCase): string {
  const result = error === undefined ? `result: ${value ?? 'any'}` : `${error}: ${text}`;
  return [result, ...warned.map((message) => `UserWarning: ${message}`)].join('\n');
}

/** The recording, with the texts that are kept different. */
function expected(recorded: RecordedCase): RecordedCase {
  const changed = later.find(({ recorded: text }) => recorded.text?.startsWith(text) === true);
  const warned = recorded.warnings?.filter((text) => !unwarned.some((x) => text.startsWith(x.recorded)));
  return {
    ...recorded,
    ...(changed === undefined ? {} : { text: changed.here }),
    ...(warned === undefined ? {} : { warnings: warned }),
  };
}

describe.each(Object.keys(calls))('%s', (group) => {
  const table = calls[group]!;
  const recordings = cases[group]!.filter(({ code }) => code in table);
  it.each(recordings.map((recorded) => [recorded.code, recorded] as const))('%s', (code, recorded) => {
    const want = expected(recorded);
    const { value, ...got } = outcomeOf(code, table[code]!);
    // Where Python left nothing in `r`, the code is only expected to work.
    const shown = recorded.value === undefined || value === undefined ? got : { ...got, value };
    expect(textOf(shown)).toBe(textOf(want));
    for (const { before, after } of watchedStates()) expect(after).toEqual(before);
  });
});

describe('coverage', () => {
  const recorded = Object.entries(cases).flatMap(([group, list]) =>
    elsewhere.includes(group) ? [] : list.map(({ code }) => code),
  );
  const called = Object.values(calls).flatMap((table) => Object.keys(table));
  const skipped = leftOut.flatMap(({ codes }) => codes);

  it('has a call or a reason for every recorded case, and for no other', () => {
    expect([...called, ...skipped].sort()).toEqual([...recorded].sort());
  });

  it('leaves out only what is still not there', () => {
    const present = (name: string): boolean => name in torch || name in torch.Tensor.prototype;
    expect(leftOut.filter(({ absent }) => absent !== undefined && present(absent))).toEqual([]);
  });

  it('keeps only texts different that are recorded', () => {
    const texts = Object.values(cases).flatMap((list) => list.map(({ text }) => text ?? ''));
    const warned = Object.values(cases).flatMap((list) => list.flatMap((entry) => entry.warnings ?? []));
    for (const { recorded: start } of later) expect(texts.some((text) => text.startsWith(start))).toBe(true);
    for (const { recorded: start } of unwarned)
      expect(warned.some((text) => text.startsWith(start))).toBe(true);
  });

  it('covers most of what PyTorch raises', () => {
    const raising = Object.values(cases).flatMap((list) => list.filter(({ error }) => error !== undefined));
    expect(raising).toHaveLength(456);
    expect(raising.filter(({ code }) => called.includes(code)).length).toBeGreaterThanOrEqual(282);
  });
});
