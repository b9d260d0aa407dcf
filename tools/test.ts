// `pnpm test`: the checks, every package's tests, the build, and the packages as they would be published.
// Its last line counts them all: `N passed, N failed`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Tally } from './check.ts';
import { installNeeds } from './need.ts';
import { checkPacked } from './packed.ts';
import { run } from './run.ts';
import { packages, root, testFiles } from './workspace.ts';

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Counts a package's tests; a test file that left no result counts as failed, and so does one that could not load. */
function tallyTests(dir: string): Tally {
  const files = testFiles(dir);
  const path = join(root, dir, 'reports/vitest.json');
  const report: Report | undefined =
    files.length > 0 && existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  const tally: Tally = { passed: report?.numPassedTests ?? 0, failed: 0 };
  for (const file of files) {
    const result = report?.testResults.find(({ name }) => name === join(root, file));
    const failed = result?.assertionResults.filter(({ status }) => status === 'failed').length ?? 0;
    const isBroken = result === undefined || (result.status === 'failed' && failed === 0);
    if (isBroken) console.log(`FAIL  ${file}: ${result?.message || 'did not run'}`);
    tally.failed += isBroken ? 1 : failed;
  }
  return tally;
}

const title = (text: string): void => console.log(`\n${text}`);
const total: Tally = { passed: 0, failed: 0 };
function add({ passed, failed }: Tally): void {
  total.passed += passed;
  total.failed += failed;
}

installNeeds();

title('check');
add(await check());

title('build and tests');
const turbo = await run(
  'turbo',
  // Each package's tests use every core already.
  [
    'run',
    'build',
    'test',
    '--continue',
    '--concurrency=2',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ],
  true,
);
const tests = packages().map(({ dir }) => tallyTests(dir));
for (const tally of tests) add(tally);
// What no test explains, such as a build that failed, is one failure of its own.
const isExplained = turbo.code === 0 || tests.some(({ failed }) => failed > 0);
add({ passed: turbo.code === 0 ? 1 : 0, failed: isExplained ? 0 : 1 });

title('packed');
add(await checkPacked());

process.exitCode = total.failed === 0 && turbo.code === 0 ? 0 : 1;
console.log(`\n${total.passed} passed, ${total.failed} failed`);
