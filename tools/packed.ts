// Packs every published package as it would be published and asks publint and attw about the archive. Needs a build.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tally } from './check.ts';
import { run } from './run.ts';
import { isPublished, packages } from './workspace.ts';

async function inspect(dir: string, archive: string): Promise<string> {
  const pack = await run('pnpm', ['--dir', dir, 'pack', '--out', archive]);
  if (pack.code !== 0) return pack.output;
  const verdicts = await Promise.all([
    run('publint', ['run', archive, '--strict']),
    run('attw', [archive, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']),
  ]);
  return verdicts.map(({ code, output }) => (code === 0 ? '' : output)).join('');
}

export async function checkPacked(): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'taimatsu-'));
  for (const { dir, manifest } of packages().filter(isPublished)) {
    const archive = join(folder, `${manifest.name.replace(/\W+/g, '-')}.tgz`);
    const found = await inspect(dir, archive);
    tally[found === '' ? 'passed' : 'failed']++;
    console.log(`${found}${found === '' ? 'pass' : 'FAIL'}  packed ${manifest.name}`);
  }
  rmSync(folder, { recursive: true });
  return tally;
}

if (import.meta.main) {
  const { failed } = await checkPacked();
  process.exitCode = failed === 0 ? 0 : 1;
}
