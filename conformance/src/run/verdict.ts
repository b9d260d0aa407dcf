import { isTensorError } from '@taimatsu/core';

/** How a scenario went: a pass with the help of core's own kernels is told apart, and so is what a backend declined. */
export type Verdict = 'pass' | 'fail' | 'pass-by-fallback' | 'declined';

/**
 * Why a backend declined, when `error` says that it did: it has no such dtype or kernel, or cannot be read at once by what
 * cannot wait.
 */
export function declinedReason(error: unknown): string | undefined {
  const declined =
    isTensorError(error, 'backend/dtype') ||
    isTensorError(error, 'backend/unsupported') ||
    isTensorError(error, 'backend/sync-read');
  return declined ? error.message : undefined;
}

const order: readonly Verdict[] = ['pass', 'pass-by-fallback', 'declined', 'fail'];

/** The worst of several verdicts; nothing at all is a failure, for what did not run is never green. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'fail';
  return order[Math.max(...verdicts.map((verdict) => order.indexOf(verdict)))]!;
}
