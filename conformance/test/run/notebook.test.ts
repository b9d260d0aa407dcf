import { beforeAll, describe, expect, it } from 'vitest';
import { type LoadedBackend, loadBackend } from '../../src/backends/load.ts';
import { compareText, runScenario } from '../../src/run/run-scenario.ts';
import type { Scenario } from '../../src/scenario/schema.ts';
import { loadSuite } from '../../src/suite.ts';

const suite = loadSuite();
let cpu: LoadedBackend;
beforeAll(async () => {
  cpu = await loadBackend('cpu');
});

describe('on cpu', () => {
  it.each(suite.map((scenario) => [scenario.id, scenario] as const))('%s', async (_, scenario) => {
    const { verdict, cells } = await runScenario(scenario, cpu.backend, cpu.name);
    expect(cells.flatMap(({ differences }) => differences)).toEqual([]);
    expect(verdict).toBe('pass');
  });
});

describe('a scenario fails', () => {
  const seed = suite.find(({ id }) => id === 'notebook/seed')!;
  const expecting = (cell: string, changes: object): Scenario => ({
    ...seed,
    expect: { ...seed.expect, [cell]: { ...seed.expect[cell]!, ...changes } },
  });

  it.each<[string, Scenario, string]>([
    ['for a wrong digit', expecting('21', { output: 'tensor([5.1200e+01, 5.1200e+02, 5.1210e-02])' }), '21'],
    ['for other spaces', expecting('9', { output: seed.expect['9']!.output.replace('\n  ', '\n ') }), '9'],
    ['for another error', expecting('14', { error: 'RuntimeError: something else' }), '14'],
    ['when an error was expected and none came', expecting('13', { error: 'RuntimeError: early' }), '13'],
    ['when none was expected', expecting('15', { error: undefined }), '15'],
  ])('%s', async (_, scenario, cell) => {
    const { verdict, cells } = await runScenario(scenario, cpu.backend, cpu.name);
    expect(verdict).toBe('fail');
    expect(cells.filter((one) => one.verdict === 'fail').map(({ id }) => id)).toEqual([cell]);
  });

  it('when its code is not in the language', async () => {
    const cells = [{ id: '1', code: 'class A: pass' }];
    const strange: Scenario = { ...seed, cells, expect: { 1: { output: '' } } };
    const { verdict } = await runScenario(strange, cpu.backend, cpu.name);
    expect(verdict).toBe('fail');
  });
});

describe('texts', () => {
  it('are the same but for object addresses', () => {
    expect(compareText('output', '<A object at 0x7fdf7ba5e6d0>', '<A object at 0x1f>')).toEqual([]);
    expect(compareText('output', '<A object at 0x7fdf>', '<B object at 0x7fdf>')).toHaveLength(1);
    expect(compareText('output', 'tensor(27.)', 'tensor(27. )')).toHaveLength(1);
  });
});
