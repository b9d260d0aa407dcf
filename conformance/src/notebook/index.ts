/**
 * The seed notebook as data, for pages and tools: no Node needed.
 * @packageDocumentation
 */
import file from '../../suite/notebook.json' with { type: 'json' };
import type { Cell, Expectation } from '../scenario/schema.ts';

export type { Cell, Expectation, Substitution } from '../scenario/schema.ts';

/** A cell of the notebook and what the document shows below it. */
export interface NotebookCell extends Cell {
  readonly expect: Expectation;
}

const expectations: Readonly<Record<string, Expectation>> = file.scenarios[0]!.expect;

/** The notebook's cells in the order in which they ran. */
export const notebookCells: readonly NotebookCell[] = file.programs.notebook.map((cell) => ({
  ...cell,
  expect: expectations[cell.id]!,
}));
