import type { Backend, KernelKind, Kernels } from '@taimatsu/core/backend';
import * as fc from 'fast-check';

/** How thorough a run is. */
export interface CheckOptions {
  /** Random cases of each property. */
  readonly runs: number;
  readonly seed: number;
}

/** What a kernel kind must do, put as something that a backend can be tried on. */
export interface KernelCheck {
  /** The kind, and what is looked at: `reduce/empty`. */
  readonly id: string;
  readonly kind: KernelKind;
  /** Rejects where the backend does something else. */
  run(backend: Backend, options: CheckOptions): Promise<void>;
}

/** A backend's kernel of a kind that it does not decline. */
export function kernelOf<K extends KernelKind>(backend: Backend, kind: K): Kernels[K] {
  const row = backend.kernels[kind];
  if (typeof row !== 'function') throw new Error(`${kind} is declined`);
  return row as Kernels[K];
}

/** A check that holds for every case: what breaks it is made as small as possible. */
export function property<T>(
  id: string,
  cases: (backend: Backend) => fc.Arbitrary<T>,
  holds: (backend: Backend, one: T) => Promise<void>,
): KernelCheck {
  return {
    id,
    kind: id.slice(0, id.indexOf('/')) as KernelKind,
    run: async (backend, { runs, seed }) => {
      const details = await fc.check(
        fc.asyncProperty(cases(backend), (one) => holds(backend, one)),
        { numRuns: runs, seed },
      );
      if (!details.failed) return;
      const reason =
        details.errorInstance instanceof Error ? details.errorInstance.message : 'it does not hold';
      throw new Error(`${reason}\nfor ${fc.stringify(details.counterexample?.[0])} (seed ${details.seed})`);
    },
  };
}

/** A check of one case. */
export function example(id: string, holds: (backend: Backend) => Promise<void>): KernelCheck {
  return { id, kind: id.slice(0, id.indexOf('/')) as KernelKind, run: holds };
}
