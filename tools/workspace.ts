import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root: string = join(import.meta.dirname, '..');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Record<string, Record<string, string>>;
  readonly bin?: Record<string, string>;
  readonly publishConfig?: { readonly exports?: Record<string, Record<string, string>> };
}

/** One workspace package: where it is (relative to the root) and what its manifest says. */
export interface Package {
  readonly dir: string;
  readonly manifest: Manifest;
}

export function packages(): Package[] {
  const within = (folder: string): string[] =>
    readdirSync(join(root, folder)).map((name) => join(folder, name));
  return [...within('packages'), 'conformance', ...within('apps'), 'tools']
    .filter((dir) => existsSync(join(root, dir, 'package.json')))
    .map((dir) => ({ dir, manifest: JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8')) }));
}

export const isPublished = ({ manifest }: Package): boolean => manifest.private !== true;

/** Every file below `dir` (relative to the root) whose path passes `keep`, generated folders left out. */
export function filesBelow(dir: string, keep: (path: string) => boolean): string[] {
  const skipped = /^(?:node_modules|dist|reports|\..+)$/;
  return readdirSync(join(root, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return skipped.test(entry.name) ? [] : filesBelow(path, keep);
    return keep(path) ? [path] : [];
  });
}

/** The test files of a package, relative to the root. */
export function testFiles(dir: string): string[] {
  const tests = join(dir, 'test');
  return existsSync(join(root, tests)) ? filesBelow(tests, (path) => path.endsWith('.test.ts')) : [];
}
