import { readFileSync } from 'node:fs';

/** Python code and what came of it: an exception, or a value in `r`. */
export interface RecordedCase {
  readonly code: string;
  readonly error?: string;
  readonly text?: string;
  readonly value?: string;
  readonly warnings?: readonly string[];
}

interface Recorded {
  readonly cases: { readonly [group: string]: readonly RecordedCase[] };
}

/** What record.py wrote. */
export const { cases }: Recorded = JSON.parse(
  readFileSync(new URL('../fixtures/error-cases.json', import.meta.url), 'utf8'),
);
