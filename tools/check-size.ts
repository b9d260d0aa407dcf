// Lines of every package's sources: total, median and largest file. A file may have 400 lines; a reader's patience ends there.
// `// table` in the first line exempts a file that is data.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, packages, root } from './workspace.ts';

const soft = 250;
const hard = 400;

interface File {
  readonly path: string;
  readonly lines: number;
  readonly isTable: boolean;
}

function measure(path: string): File {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, lines: text.split('\n').length - 1, isTable: /^\/\/ table\b/.test(text) };
}

function median(sorted: readonly File[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle]?.lines ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1]?.lines ?? 0) + upper) / 2;
}

const row = (...cells: readonly unknown[]): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(24) : String(cell).padStart(8))).join('');

console.log(row('package', 'files', 'total', 'median', 'max', `>${soft}`));
const tooLong: File[] = [];
for (const { dir, manifest } of packages()) {
  const isSource = (path: string): boolean =>
    path.endsWith('.ts') &&
    !path.endsWith('.d.ts') &&
    !path.startsWith(join(dir, 'test')) &&
    !path.endsWith('.config.ts');
  const files = filesBelow(dir, isSource)
    .map(measure)
    .sort((a, b) => a.lines - b.lines);
  const prose = files.filter((file) => !file.isTable);
  const total = files.reduce((sum, file) => sum + file.lines, 0);
  const long = prose.filter((file) => file.lines > soft).length;
  tooLong.push(...prose.filter((file) => file.lines > hard));
  console.log(row(manifest.name, files.length, total, median(prose), prose.at(-1)?.lines ?? 0, long));
}

for (const { path, lines } of tooLong) console.error(`${path}: ${lines} lines, more than ${hard}`);
process.exitCode = tooLong.length === 0 ? 0 : 1;
