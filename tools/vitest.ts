// A package's `test` script: its tests alone, reported for people and (reports/vitest.json) for tools/test.ts.
// A test run that could leave no report is not a passed one, so an old report goes first.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesBelow, isTestFile, root } from './workspace.ts';

const dir = relative(root, process.cwd());
const report = join(dir, 'reports/vitest.json');
rmSync(join(root, report), { force: true });

if (!existsSync(join(root, dir, 'test')) || filesBelow(join(dir, 'test'), isTestFile).length === 0) {
  console.log(`${dir}: no test files yet`);
} else {
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['vitest', 'run', ...reporters, `${dir}/test/`, ...process.argv.slice(2)];
  const { status } = spawnSync('pnpm', ['exec', ...args], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
