import type { TensorRecord } from '../corpus/format.ts';

/** Levels, from what must work first to what takes everything. */
export const levels = [
  'smoke',
  'notebook',
  'ops',
  'numbers',
  'autograd',
  'random',
  'print',
  'errors',
  'nn',
  'train',
  'programs',
] as const;

export type Level = (typeof levels)[number];

/** Where expected values come from. */
export interface Provenance {
  /** What gave them: a release of PyTorch, or the document they were copied from. */
  readonly source: string;
  readonly date: string;
  /** How to record them again. */
  readonly command?: string;
  /** Where they differ from what the source gives, and why. */
  readonly notes?: readonly string[];
}

/** What a cell must do. */
export interface Expectation {
  /** All that it prints, without the last newline. Object addresses are normalised, nothing else. */
  readonly output: string;
  /** The exception that ends it, as `Class: text`; absent when it ends well. */
  readonly error?: string;
  /** What it warns of; not compared when absent. */
  readonly warnings?: readonly string[];
  /** What the source gives instead, where another answer is wanted on purpose, and why; `null`: no error. */
  readonly differs?: {
    readonly why: string;
    readonly output?: string;
    readonly error?: string | null;
    readonly warnings?: readonly string[];
    readonly values?: Readonly<Record<string, TensorRecord>>;
  };
  /** Tensors by the names they are bound to afterwards, compared element by element. */
  readonly values?: Readonly<Record<string, TensorRecord>>;
}

/** Something other than the cell's own text that is run in its place, and why. */
export interface Substitution {
  readonly of: string;
  readonly by: string;
  readonly why: string;
}

/** A few lines of Python: shown, and run as they are by the interpreter of the scenario language. */
export interface Cell {
  /** Unique within its program: the notebook's execution number. */
  readonly id: string;
  readonly code: string;
  /** The comments' translation, line by line. */
  readonly translation?: readonly string[];
  /** True for a cell that the document does not show. */
  readonly hidden?: boolean;
  readonly note?: string;
  readonly substitute?: Substitution;
}

/** Cells that run one after the other and share their names. */
export interface Scenario {
  /** Stable: `notebook/seed`. */
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  /** Ops, dtypes, gradient order and features that it is about: `op:add`, `dtype:float32`, `grad:1`. */
  readonly tags: readonly string[];
  readonly cells: readonly Cell[];
  /** By cell id; every cell has one. */
  readonly expect: Readonly<Record<string, Expectation>>;
  readonly provenance: Provenance;
}

/** A scenario as it stands in a file: its cells may be a program that other scenarios run too. */
export interface ScenarioEntry {
  readonly id: string;
  readonly title: string;
  readonly tags?: readonly string[];
  readonly cells?: readonly Cell[];
  readonly program?: string;
  /** Runs first, as cell `setup`, and prints nothing. */
  readonly setup?: string;
  /** True to run the program's cells as they are written, without their substitutions. */
  readonly verbatim?: boolean;
  readonly expect: Readonly<Record<string, Expectation>>;
}

/** A file of the suite. */
export interface SuiteFile {
  readonly format: 1;
  readonly level: Level;
  readonly provenance: Provenance;
  /** What runs first in each scenario that has no setup of its own. */
  readonly setup?: string;
  readonly programs?: Readonly<Record<string, readonly Cell[]>>;
  readonly scenarios: readonly ScenarioEntry[];
}
