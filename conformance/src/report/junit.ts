import type { ScenarioResult } from '../run/run-scenario.ts';
import { describeDifference } from './differences.ts';
import { type BackendReplay, type ReplayReport, standingIn } from './replay-report.ts';

interface Case {
  readonly name: string;
  readonly className: string;
  readonly seconds: number;
  readonly failure?: string;
  readonly skipped?: string;
}

/** Scenarios as JUnit XML: a suite per backend, a case per cell; then the suites of a replay. */
export function runJUnit(
  results: readonly ScenarioResult[],
  replay: ReplayReport = { backends: {} },
): string {
  const backends = [...new Set(results.map(({ backend }) => backend))];
  return document([
    ...backends.map((backend) => {
      const own = results.filter((result) => result.backend === backend);
      const cases = own.flatMap(({ id, cells, milliseconds }) =>
        cells.map(
          (cell): Case => ({
            name: cell.id,
            className: id,
            seconds: milliseconds / 1000 / cells.length,
            ...(cell.verdict === 'fail'
              ? { failure: cell.differences.map(describeDifference).join('\n') }
              : {}),
            ...(cell.verdict === 'declined' ? { skipped: cell.reason ?? 'declined' } : {}),
          }),
        ),
      );
      return suite(backend, cases);
    }),
    ...replaySuites(replay),
  ]);
}

/** A replay as JUnit XML: a suite per backend, a case per operator. Missing operators fail. */
export function replayJUnit(report: ReplayReport): string {
  return document(replaySuites(report));
}

function replaySuites({ backends }: ReplayReport): string[] {
  return Object.entries(backends).map(([name, backend]) => suite(name, replayCases(backend)));
}

function replayCases(backend: BackendReplay): Case[] {
  const { ops, failures, reasons, gaps } = backend;
  return Object.entries(ops).map(([name, count]) => {
    const differences = (failures[name] ?? []).flatMap(({ sample, differences: own }) =>
      own.map((difference) => `sample ${sample}: ${describeDifference(difference)}`),
    );
    const known = gaps?.declared[name]?.reasons ?? [];
    const unexpected = (gaps?.unexpected[name] ?? []).map(
      (i) => `sample ${i} is right, but a gap is declared`,
    );
    const why = [...(reasons[name] ?? []), ...known, ...unexpected].join('\n');
    const standing = standingIn(backend, name);
    const failed = standing === 'wrong' || standing === 'missing';
    return {
      name,
      className: 'replay',
      seconds: 0,
      ...(failed
        ? { failure: [...differences, why].join('\n') }
        : count.declined > 0 || standing === 'known'
          ? { skipped: why }
          : {}),
    };
  });
}

function document(suites: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

function suite(name: string, cases: readonly Case[]): string {
  const failures = cases.filter((one) => one.failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  const head = `name=${quote(name)} tests="${cases.length}" failures="${failures}" skipped="${skipped}"`;
  return `  <testsuite ${head}>\n${cases.map(testCase).join('')}  </testsuite>\n`;
}

function testCase({ name, className, seconds, failure, skipped }: Case): string {
  const head = `    <testcase classname=${quote(className)} name=${quote(name)} time="${seconds.toFixed(4)}"`;
  if (failure !== undefined)
    return `${head}>\n      <failure>${escape(failure)}</failure>\n    </testcase>\n`;
  if (skipped !== undefined) return `${head}>\n      <skipped message=${quote(skipped)}/>\n    </testcase>\n`;
  return `${head}/>\n`;
}

const quote = (text: string): string => `"${escape(text)}"`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
