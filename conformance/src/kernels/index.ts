/**
 * What each kernel kind must do, tried on a backend with random layouts, sizes and dtypes: for backend authors' own tests.
 * @packageDocumentation
 */
import type { Backend, KernelKind } from '@taimatsu/core/backend';
import type { CheckOptions, KernelCheck } from './check.ts';
import { convChecks } from './kinds/conv.ts';
import { gatherChecks, scatterChecks } from './kinds/indexed.ts';
import { mapChecks } from './kinds/map.ts';
import { matmulChecks } from './kinds/matmul.ts';
import { reduceChecks } from './kinds/reduce.ts';
import { rowChecks } from './kinds/row.ts';
import { scalarChecks } from './kinds/scalar.ts';
import { scanChecks } from './kinds/scan.ts';
import { sortChecks } from './kinds/sort.ts';

export {
  dense,
  type KernelArray,
  type Layout,
  lay,
  list,
  ownedStorage,
  room,
  rowMajor,
} from './array.ts';
export { type CheckOptions, type KernelCheck, kernelOf } from './check.ts';
export { values } from './values.ts';

/** The checks of every kernel kind; a kind without a row here does not compile. */
const byKind: { readonly [K in KernelKind]: readonly KernelCheck[] } = {
  map: [...mapChecks, ...scalarChecks],
  reduce: reduceChecks,
  row: rowChecks,
  scan: scanChecks,
  matmul: matmulChecks,
  conv: convChecks,
  gather: gatherChecks,
  scatter: scatterChecks,
  sort: sortChecks,
};

export const kernelChecks: readonly KernelCheck[] = Object.values(byKind).flat();

/** The check of an id. */
export function kernelCheck(id: string): KernelCheck {
  const found = kernelChecks.find((check) => check.id === id);
  if (found === undefined) throw new Error(`no kernel check ${id}`);
  return found;
}

/** How a check came out: `declined` with the backend's own reason where it has no such kernel. */
export type KernelResult =
  | { readonly id: string; readonly verdict: 'pass' }
  | { readonly id: string; readonly verdict: 'declined' | 'fail'; readonly reason: string };

/** Runs one check; a failure says what was expected and the smallest case found. */
export async function runKernelCheck(
  check: KernelCheck,
  backend: Backend,
  options: CheckOptions,
): Promise<KernelResult> {
  const { id, kind } = check;
  const row = backend.kernels[kind];
  if (typeof row !== 'function') return { id, verdict: 'declined', reason: row.declined };
  try {
    await check.run(backend, options);
    return { id, verdict: 'pass' };
  } catch (error) {
    return { id, verdict: 'fail', reason: error instanceof Error ? error.message : String(error) };
  }
}
