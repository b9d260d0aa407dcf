// A package's `test` script: its tests alone, reported for people and (reports/vitest.json) for tools/test.ts.
// Arguments go on to vitest.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './run.ts';
import { root, testFiles } from './workspace.ts';

const dir = relative(root, process.cwd());
const report = join(root, dir, 'reports/vitest.json');

// A run that breaks off must not find the report of an earlier one in its place.
if (existsSync(report)) rmSync(report);

if (testFiles(dir).length > 0) {
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['run', ...reporters, `${dir}/test/`, ...process.argv.slice(2)];
  process.exitCode = (await run('vitest', args, true)).code;
} else {
  console.log(`${dir}: no test files yet`);
  mkdirSync(join(root, dir, 'reports'), { recursive: true });
  writeFileSync(report, JSON.stringify({ numPassedTests: 0, testResults: [] }));
}
