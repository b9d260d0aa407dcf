import { create } from './create.ts';
import { elementwise } from './elementwise.ts';
import { functionals } from './functional.ts';

import { indexing } from './indexing.ts';
import { linalg } from './linalg.ts';
import { reduce } from './reduce.ts';
import type { Rows } from './row.ts';
import { shape } from './shape.ts';
import { namespaces } from './special.ts';

/** Every name that has a row. */
export const table: Rows = {
  ...elementwise,
  ...reduce,
  ...shape,
  ...indexing,
  ...create,
  ...linalg,
  ...functionals,
  ...namespaces,
};
