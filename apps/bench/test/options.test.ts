import { describe, expect, test } from 'vitest';
import { cases, chooseCases } from '../src/cases.ts';
import { readOptions } from '../src/options.ts';
import { chooseEntries, hostNames, roster } from '../src/roster.ts';

describe('arguments', () => {
  test('have defaults', () => {
    expect(readOptions([])).toMatchObject({ host: 'node', rounds: 7, only: undefined, json: undefined });
  });

  test('are read', () => {
    const args = ['--host', 'chromium', '--only', 'matmul', '--rounds', '3', '--json', 'a', '--chart', 'b'];
    const wanted = { host: 'chromium', only: 'matmul', rounds: 3, json: 'a', chart: 'b' };
    expect(readOptions(args)).toMatchObject(wanted);
  });

  test.each([
    [['--host', 'deno'], 'no host deno; there are node, chromium'],
    [['--rounds', '0'], '--rounds takes a whole number from 1, not 0'],
    [['--rounds', 'x'], 'not x'],
    [['--clock', 'sun'], 'no clock sun; there are wall, processor'],
    [['--clock', 'processor', '--host', 'chromium'], '--clock processor is for --host node'],
    [['--seconds=-1'], '--seconds takes a number above 0, not -1'],
    [['--frobnicate'], 'frobnicate'],
  ])('that are wrong are named: %j', (args, text) => {
    expect(() => readOptions(args)).toThrow(text);
  });
});

describe('cases', () => {
  test('have ids of their own', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  test('are chosen by id, by group, by part of an id, in their own order', () => {
    const ids = (names: string): string[] => chooseCases(names).map(({ id }) => id);
    expect(ids('mm-512-nt')).toEqual(['mm-512-nt']);
    expect(ids('rows,add-2x2')).toEqual(['add-2x2', 'softmax', 'layer-norm']);
    expect(ids('mlp')).toEqual(['mlp-sgd', 'mlp-adam']);
    expect(() => chooseCases('nothing')).toThrow('no case nothing');
  });

  test('hold to a goal only who is on a host', () => {
    const known = new Set(hostNames.flatMap((host) => roster[host].map(({ id }) => id)));
    for (const one of cases) for (const goal of one.goals) expect(known).toContain(goal.of);
  });
});

test('contestants are chosen by id, in the order given', () => {
  expect(chooseEntries('node', 'pytorch,wasm').map(({ id }) => id)).toEqual(['pytorch', 'wasm']);
  expect(() => chooseEntries('node', 'abacus')).toThrow('no contestant abacus on node');
});
