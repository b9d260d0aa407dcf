import { type CorpusFile } from './format.ts';
/** A mistake in what the user asked for: shown without a stack, exit code 2. */
export declare class UsageError extends Error {
  readonly name: string;
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
/**
 * A corpus's operators: `path` is a folder of files, one per operator, or of compressed ones, one per dtype; or a single
 * file of either kind.
 * @throws {@link UsageError}
 */
export declare function corpusEntries(path: string): readonly CorpusEntry[];
/** The provenance of a compressed corpus. @throws {@link UsageError} */
export declare function readProvenance(path: string): CorpusProvenance;
/** The operator that a file of a corpus is about, by the file's name: `add`, `max@binary`. */
export declare function opOfFile(path: string): string;
/** @throws {@link UsageError} when the file is not a recorded operator */
export declare function readCorpusFile(path: string): CorpusFile;
