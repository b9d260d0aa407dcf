import type { LoadedBackend } from '../backends/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';

/** Runs scenarios on backends, one after the other. */
export async function runSuite(
  scenarios: readonly Scenario[],
  backends: readonly LoadedBackend[],
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const { name, backend } of backends) {
    for (const scenario of scenarios) results.push(await runScenario(scenario, backend, name));
  }
  return results;
}
