import { autograd } from './catalogue/autograd.ts';
import { autogradFunctional } from './catalogue/autograd-functional.ts';
import { autogradFunctions } from './catalogue/autograd-functions.ts';
import { backend } from './catalogue/backend.ts';
import { dtype } from './catalogue/dtype.ts';
import { index } from './catalogue/index.ts';
import { op } from './catalogue/op.ts';
import { random } from './catalogue/random.ts';
import { shape } from './catalogue/shape.ts';
import { vmap } from './catalogue/vmap.ts';

/** One error of the library: PyTorch's exception class and the text made from what was seen. */
export interface CatalogueEntry {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each entry types its own detail
  readonly message: (detail: any) => string;
}

/** Every error, by stable code. `docs/errors.md` is generated from this table. */
export const catalogue = {
  ...autograd,
  ...autogradFunctional,
  ...autogradFunctions,
  ...backend,
  ...dtype,
  ...index,
  ...op,
  ...random,
  ...shape,
  ...vmap,
} satisfies Record<string, CatalogueEntry>;

export type Catalogue = typeof catalogue;
export type ErrorCode = keyof Catalogue;
