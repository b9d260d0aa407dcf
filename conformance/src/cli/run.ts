import colors from 'picocolors';
import { UsageError } from '../corpus/read.ts';
import { withHost } from '../host/open.ts';
import { describeDifference } from '../report/differences.ts';
import { runJUnit } from '../report/junit.ts';
import { replayMarkdown, runMarkdown } from '../report/markdown.ts';
import { runReport } from '../report/run-report.ts';
import { count } from '../report/style.ts';
import { scenarioTable } from '../report/tables.ts';
import type { ScenarioResult } from '../run/run-scenario.ts';
import { levels, type Scenario } from '../scenario/schema.ts';
import { loadSuite } from '../suite.ts';
import { merged, type OutputOptions, writeReports } from './output.ts';
import { corpusLevels, runGradients, runOps } from './run-corpus.ts';

export interface RunOptions extends OutputOptions {
  readonly backend: string;
  readonly host: string;
  readonly level?: string;
  readonly id?: string;
  readonly suite?: string;
}

/** `run`: scenarios, and the corpus of this package, on backends. Gives the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const { scenarios, corpus } = plan(options);
  const results = scenarios.length === 0 ? [] : await runScenarios(options, scenarios);
  const failed = results.filter(({ verdict }) => verdict === 'fail').length;
  if (scenarios.length > 0) showScenarios(results, failed);
  const ops = corpus.includes('ops') ? await runOps(options) : undefined;
  const gradients = corpus.includes('gradients') ? await runGradients(options) : undefined;
  writeReports(options, {
    json: () => merged(runReport(results), ops?.report, gradients?.report),
    junit: () => runJUnit(results, ops?.report),
    markdown: () =>
      [
        ...(results.length > 0 ? [runMarkdown(results)] : []),
        ...(ops ? [replayMarkdown(ops.report)] : []),
      ].join('\n'),
  });
  return failed === 0 && ops?.isGreen !== false && gradients?.isGreen !== false ? 0 : 1;
}

/** Scenarios, and levels of the corpus. Without a level or an id: all scenarios, and every operator. */
function plan({ level, id, suite }: RunOptions): {
  scenarios: readonly Scenario[];
  corpus: readonly string[];
} {
  const chosen = { ...(id === undefined ? {} : { id }), ...(suite === undefined ? {} : { suite }) };
  if (level === undefined) {
    const everything = id === undefined && suite === undefined;
    return { scenarios: chooseScenarios(chosen), corpus: everything ? ['ops'] : [] };
  }
  const isCorpus = (name: string): boolean => (corpusLevels as readonly string[]).includes(name);
  const wanted = level.split(',');
  const rest = wanted.filter((name) => !isCorpus(name));
  return {
    scenarios: rest.length === 0 ? [] : chooseScenarios({ level: rest.join(','), ...chosen }),
    corpus: wanted.filter(isCorpus),
  };
}

function runScenarios(options: RunOptions, scenarios: readonly Scenario[]): Promise<ScenarioResult[]> {
  return withHost(options.host, options.backend, async (host) => {
    const all: ScenarioResult[] = [];
    for (const { name, executor } of host.backends) {
      console.log(colors.dim(`${name}: ${executor}`));
      for (const scenario of scenarios) all.push(await host.runScenario(scenario, name));
    }
    return all;
  });
}

function showScenarios(results: readonly ScenarioResult[], failed: number): void {
  console.log(scenarioTable(results));
  for (const { id, backend, cells } of results) {
    for (const { id: cell, verdict, differences, reason } of cells) {
      if (verdict === 'declined')
        console.log(`${colors.yellow(`${id} cell ${cell} on ${backend}`)}\n${reason}\n`);
      if (verdict !== 'fail') continue;
      console.log(
        `${colors.red(`${id} cell ${cell} on ${backend}`)}\n${differences.map(describeDifference).join('\n')}\n`,
      );
    }
  }
  const declined = results.filter(({ verdict }) => verdict === 'declined').length;
  console.log(
    `${count(results.length - failed - declined, 'scenario')} passed, ${declined} declined, ${failed} failed`,
  );
}

/** The scenarios of some levels, or with some ids. A level or an id that matches nothing is a mistake. */
export function chooseScenarios({
  level,
  id,
  suite: file,
}: {
  level?: string;
  id?: string;
  suite?: string;
}): readonly Scenario[] {
  const suite = loadSuite(file);
  const wantedLevels = level?.split(',');
  const unknown = wantedLevels?.find((name) => !(levels as readonly string[]).includes(name));
  if (unknown !== undefined) throw new UsageError(`no level ${unknown}; there are ${levels.join(', ')}`);
  const wantedIds = id?.split(',');
  const noSuch = wantedIds?.find((one) => !suite.some((scenario) => matches(scenario, one)));
  if (noSuch !== undefined) throw new UsageError(`no scenario ${noSuch}; \`list\` shows them all`);
  const chosen = suite.filter(
    (scenario) =>
      (wantedLevels === undefined || wantedLevels.includes(scenario.level)) &&
      (wantedIds === undefined || wantedIds.some((one) => matches(scenario, one))),
  );
  if (chosen.length === 0) throw new UsageError(`no scenario yet at ${level ?? 'any level'}`);
  return chosen;
}

/** An id stands for itself and for what is below it: `notebook` for `notebook/seed`. */
function matches({ id }: Scenario, wanted: string): boolean {
  return id === wanted || id.startsWith(`${wanted}/`);
}
