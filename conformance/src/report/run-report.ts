import type { Difference } from '../compare/compare.ts';
import type { ScenarioResult } from '../run/run-scenario.ts';
import type { Verdict } from '../run/verdict.ts';

/** A run of scenarios, as `--json` writes it. */
export interface RunReport {
  readonly kind: 'run';
  readonly backends: Readonly<
    Record<
      string,
      { readonly executor: string; readonly scenarios: Readonly<Record<string, ScenarioReport>> }
    >
  >;
}

/** A scenario in a report. */
export interface ScenarioReport {
  readonly verdict: Verdict;
  readonly milliseconds: number;
  readonly cells: Readonly<
    Record<string, { verdict: Verdict; differences?: readonly Difference[]; reason?: string }>
  >;
}

/** Results by backend and scenario id. */
export function runReport(results: readonly ScenarioResult[]): RunReport {
  const backends: Record<string, { executor: string; scenarios: Record<string, ScenarioReport> }> = {};
  for (const { id, backend, executor, verdict, milliseconds, cells } of results) {
    backends[backend] ??= { executor, scenarios: {} };
    const byCell = cells.map(({ id: cell, verdict: how, differences, reason }) => [
      cell,
      {
        verdict: how,
        ...(differences.length > 0 ? { differences } : {}),
        ...(reason === undefined ? {} : { reason }),
      },
    ]);
    backends[backend].scenarios[id] = {
      verdict,
      milliseconds: Math.round(milliseconds * 100) / 100,
      cells: Object.fromEntries(byCell) as ScenarioReport['cells'],
    };
  }
  return { kind: 'run', backends };
}
