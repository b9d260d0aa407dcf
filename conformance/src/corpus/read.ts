import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type CorpusFile, opName } from './format.ts';

/** A mistake in what the user asked for: shown without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** An operator's samples in a corpus, parsed when they are read. */
export interface CorpusEntry {
  /** `add`, `max@binary`. */
  readonly op: string;
  /** The key in reports: the operator, and where a corpus has several dtypes also the dtype: `add.int64`. */
  readonly label: string;
  read(): CorpusFile;
}

/** Where a compressed corpus comes from: its first line. */
export interface CorpusProvenance {
  readonly torch: string;
  readonly date: string;
  readonly command: string;
  readonly dtype: string;
  readonly seed: number;
}

const compressed = '.jsonl.gz';

/**
 * A corpus's operators: `path` is a folder of files, one per operator, or of compressed ones, one per dtype; or a single
 * file of either kind.
 * @throws {@link UsageError}
 */
export function corpusEntries(path: string): readonly CorpusEntry[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`no corpus at ${path}: no such file or folder`);
  const paths = stats.isFile()
    ? [path]
    : readdirSync(path)
        .sort()
        .map((name) => join(path, name));
  const packed = paths.filter((name) => name.endsWith(compressed));
  if (packed.length > 0) return packed.flatMap((name) => packedEntries(name, packed.length > 1));
  const plain = stats.isFile() ? paths : paths.filter((name) => name.endsWith('.json'));
  if (plain.length === 0) throw new UsageError(`no corpus at ${path}: the folder has no .json file`);
  return plain.map((name) => ({
    op: opOfFile(name),
    label: opOfFile(name),
    read: () => readCorpusFile(name),
  }));
}

/** The provenance of a compressed corpus. @throws {@link UsageError} */
export function readProvenance(path: string): CorpusProvenance {
  return JSON.parse(linesOf(path)[0]!) as CorpusProvenance;
}

function packedEntries(path: string, isOneOfMany: boolean): CorpusEntry[] {
  const [head, ...lines] = linesOf(path);
  const { dtype } = JSON.parse(head!) as CorpusProvenance;
  return lines.map((line) => {
    const [, op, variant] = /"op":"([^"]*)","variant":"([^"]*)"/.exec(line)!;
    const name = opName({ op: op!, variant: variant! });
    return {
      op: name,
      label: isOneOfMany ? `${name}.${dtype}` : name,
      read: () => JSON.parse(line) as CorpusFile,
    };
  });
}

function linesOf(path: string): string[] {
  let text: string;
  try {
    text = gunzipSync(readFileSync(path)).toString('utf8');
  } catch (error) {
    throw new UsageError(`${path} is no compressed corpus: ${(error as Error).message}`);
  }
  return text.trimEnd().split('\n');
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
