import { describe, expect, it } from 'vitest';
import { runScenario } from '../src/run/run-scenario.ts';
import { loadSuite } from '../src/suite.ts';
import { mutants } from './mutants.ts';

const suite = loadSuite();

describe('a backend is caught that', () => {
  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    '%s',
    async (_, { scenario: id, backend }) => {
      const scenario = suite.find((one) => one.id === id)!;
      const { verdict, cells } = await runScenario(scenario, backend, 'mutant');
      expect(verdict).toBe('fail');
      // Caught by what differs, not because nothing works any more.
      expect(cells.flatMap(({ differences }) => differences.map(({ what }) => what))).not.toContain('error');
    },
  );
});
