import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CorpusFile } from './format.ts';

/** A mistake in what the user asked for: shown without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** A corpus's files: `path` is a folder of them, one per operator, or a single one. @throws {@link UsageError} */
export function corpusFiles(path: string): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`no corpus at ${path}: no such file or folder`);
  if (stats.isFile()) return [path];
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) throw new UsageError(`no corpus at ${path}: the folder has no .json file`);
  return files;
}

/** The operator that a file of a corpus is about, by the file's name: `add`, `max@binary`. */
export function opOfFile(path: string): string {
  const name = path
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.json$/, '');
  return name.replace(/\.(?:bool|u?int\d+|b?float\d+|complex\d+)$/, '');
}

/** @throws {@link UsageError} when the file is not a recorded operator */
export function readCorpusFile(path: string): CorpusFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const file = parsed as Partial<CorpusFile> | null;
  const hasForm =
    typeof file?.op === 'string' && typeof file.variant === 'string' && Array.isArray(file.samples);
  if (!hasForm) throw new UsageError(`${path} is not a recorded operator: it needs op, variant and samples`);
  return file as CorpusFile;
}
