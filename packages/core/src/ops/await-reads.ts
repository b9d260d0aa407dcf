import { inferenceMode, isGradEnabled, isInferenceModeEnabled, withGradMode } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { replayed } from '../tensor/index.ts';

/**
 * Runs `fn` on any backend as if elements could be read at once: `await awaitReads(() => torch.linalg.inv(a))`. Everything
 * works inside of it that needs to read: `item()`, shapes that depend on data, decompositions, their gradients, and the checks of
 * values that PyTorch makes.
 *
 * Where the backend's reads have to wait, `fn` runs up to the first of them, then again from the start with what was read, and so
 * on. So `fn` must do the same every time: what it reads from outside must not change meanwhile, and a tensor from outside must
 * not be changed before something is read. Random numbers are drawn once. One read per call is fastest; a loop that reads is
 * better split.
 * @throws `backend/replay` for a read after a change, `backend/replay-async`, and what `fn` throws
 */
export function awaitReads<R>(fn: () => R): Promise<R> {
  const recording = isGradEnabled();
  const inferring = isInferenceModeEnabled();
  return replayed(() => {
    const result = inferenceMode(inferring, () => withGradMode(recording, fn));
    if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function')
      fail('backend/replay-async', {});
    return result;
  });
}

/** The form of `fn` that waits for what it reads, by {@link awaitReads}. */
export function awaiting<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => Promise<R> {
  return (...args) => awaitReads(() => fn(...args));
}
