import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('./programs/training.ts', import.meta.url));
const MB = 2 ** 20;

test('training in one job stays flat at the budget, and held values stay right', { timeout: 60_000 }, () => {
  const args = [
    '--conditions=@taimatsu/source',
    '--disallow-code-generation-from-strings',
    program,
    '1500',
    `${32 * MB}`,
  ];
  const report = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as {
    readonly early: number;
    readonly peak: number;
    readonly right: boolean;
    readonly first: number;
    readonly last: number;
  };
  expect(report.right).toBe(true);
  expect(report.last).toBeLessThan(report.first / 2);
  // About 1.5 GB were handed out; the collector has its own ideas of when to run.
  expect(report.peak).toBeLessThan(400 * MB);
  expect(report.peak - report.early).toBeLessThan(100 * MB);
});
