import { storagesIn } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { runInScope } from '../tensor/index.ts';

/**
 * Runs `fn` and then frees every tensor made meanwhile at once, except those found in what it returns (also deep in arrays,
 * objects, maps and sets), what their gradients need, and leaves' `.grad`. Tensors that `fn` only stores somewhere are
 * freed: see {@link keep}. Calls may nest.
 * @throws `backend/tidy-async` if `fn` returns a promise
 */
export function tidy<R>(fn: () => R): R {
  return runInScope(fn, (result) => {
    if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') {
      fail('backend/tidy-async', {});
    }
    return storagesIn(result);
  });
}

/** Saves a tensor from the {@link tidy} in which it was made; returns it. */
export function keep(self: Tensor): Tensor {
  self.storage.pinned = true;
  return self;
}

/** Frees the memory of the tensor at once. Neither it nor any view of it can be read again. */
export function dispose(self: Tensor): void {
  self.storage.free();
}
