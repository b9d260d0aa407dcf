import type { ScenarioResult } from '../run/run-scenario.ts';
import { type ReplayReport, standingIn, standings, totals } from './replay-report.ts';
import { ulpText } from './tables.ts';

/** Scenarios as a Markdown table: a row each, a column per backend. */
export function runMarkdown(results: readonly ScenarioResult[]): string {
  const backends = [...new Set(results.map(({ backend }) => backend))];
  const ids = [...new Set(results.map(({ id }) => id))];
  const rows = ids.map((id) => [
    id,
    ...backends.map(
      (backend) => results.find((one) => one.id === id && one.backend === backend)?.verdict ?? 'not run',
    ),
  ]);
  return grid(['scenario', ...backends], rows);
}

/** A replay as Markdown: a summary, then how each operator did on each backend, if some backend has it at all. */
export function replayMarkdown({ backends }: ReplayReport): string {
  const summary = Object.entries(backends).map(([name, backend]) => {
    const { right, known, wrong, declined, missing } = standings(backend);
    const { samples, passed } = totals(backend);
    return [name, backend.executor, right, known, wrong, declined, missing, samples, passed].map(String);
  });
  const names = Object.keys(backends);
  const ops = [...new Set(names.flatMap((name) => Object.keys(backends[name]!.ops)))];
  const isHad = (op: string): boolean =>
    names.some((name) => {
      const { samples, declined } = backends[name]!.ops[op] ?? { samples: 0, declined: 0 };
      return declined < samples;
    });
  const rows = ops.filter(isHad).map((op) => [op, ...names.map((name) => cell(backends[name]!, op))]);
  return [
    grid(
      ['backend', 'executor', 'ops right', 'known gaps', 'wrong', 'declined', 'missing', 'samples', 'passed'],
      summary,
    ),
    grid(['op', ...names], rows),
  ].join('\n');
}

function cell(backend: ReplayReport['backends'][string], op: string): string {
  const { ops, maxUlp } = backend;
  const count = ops[op];
  if (count === undefined) return 'not run';
  const ulp = maxUlp[op] === undefined ? '' : `, ${ulpText(maxUlp[op])} ULP`;
  const standing = standingIn(backend, op);
  return standing === 'right'
    ? `${count.passed}/${count.samples}${ulp}`
    : `${standing} ${count.passed}/${count.samples}`;
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
