import { readFileSync } from 'node:fs';
import type { DType } from '../../src/dtype/index.ts';

/** The dtype of a result, or how PyTorch refused. */
export type Outcome = DType | { readonly error: string; readonly text: string };

export type Table = { readonly [row: string]: { readonly [column: string]: Outcome } };

interface Recorded {
  readonly promote: Table;
  readonly dim_0d: Table;
  readonly '0d_0d': Table;
  readonly dim_scalar: Table;
  readonly '0d_scalar': Table;
  readonly same: Table;
  readonly mixed: Table;
  readonly unary: Table;
  /** Source values, and for each source dtype what they become in each other dtype; as Python prints them. */
  readonly casts: {
    readonly values: { readonly float: readonly string[]; readonly int: readonly string[] };
  } & {
    readonly [source: string]: { readonly [target: string]: readonly string[] };
  };
  /** Arithmetic beyond an integer dtype's range. */
  readonly wraps: { readonly [dtype: string]: { readonly [expr: string]: string } };
}

/** What record.py wrote. */
export const recorded: Recorded = JSON.parse(
  readFileSync(new URL('../fixtures/dtype-tables.json', import.meta.url), 'utf8'),
);

/** Every cell of a table. */
export function cells(table: Table): (readonly [row: string, column: string, outcome: Outcome])[] {
  return Object.entries(table).flatMap(([row, columns]) =>
    Object.entries(columns).map(([column, outcome]) => [row, column, outcome] as const),
  );
}
