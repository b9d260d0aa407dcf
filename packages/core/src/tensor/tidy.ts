import type { Storage } from './storage.ts';

let scope: Storage[] | undefined;

/** Notes a new storage in the innermost scope, if there is one. */
export function trackInScope(storage: Storage): void {
  if (scope !== undefined) scope.push(storage);
}

/** Makes `next` the innermost scope and returns the one before, for code that restores it in a `finally`. */
export function swapScope(next: Storage[] | undefined): Storage[] | undefined {
  const previous = scope;
  scope = next;
  return previous;
}

/**
 * Runs `fn` and frees every storage made meanwhile that `kept` does not name and that is not pinned. Scopes nest: what an
 * inner one keeps, the outer one tracks.
 */
export function runInScope<R>(fn: () => R, kept: (result: R) => Iterable<Storage>): R {
  const outer = scope;
  const own: Storage[] = [];
  scope = own;
  let keep: Set<Storage> | undefined;
  try {
    const result = fn();
    keep = new Set(kept(result));
    return result;
  } finally {
    scope = outer;
    for (const storage of own) {
      if (storage.pinned) continue;
      if (keep?.has(storage) !== true) storage.free();
      else if (outer !== undefined) outer.push(storage);
    }
  }
}
