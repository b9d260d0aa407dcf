import { readFileSync } from 'node:fs';
import colors from 'picocolors';
import { UsageError } from '../corpus/read.ts';
import { diffReports } from '../report/diff.ts';

/** `diff`: what changed between two reports written with `--json`. Gives the exit code: 1 when something got worse. */
export function diff(before: string, after: string): number {
  const changes = diffReports(readReport(before), readReport(after));
  const paint = { better: colors.green, worse: colors.red, other: colors.yellow };
  for (const { backend, name, before: a, after: b, kind } of changes) {
    console.log(`${paint[kind](kind.padEnd(6))}  ${backend}  ${name}: ${a} → ${b}`);
  }
  const of = (kind: string): number => changes.filter((change) => change.kind === kind).length;
  console.log(`${of('better')} better, ${of('worse')} worse, ${of('other')} otherwise different`);
  return of('worse') === 0 ? 0 : 1;
}

function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read the report ${path}: ${(error as Error).message}`);
  }
}
