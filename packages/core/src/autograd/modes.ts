/** True while operations are recorded for backward. */
let recording = true;

/** Whether operations are recorded: false inside {@link noGrad}. */
export function isGradEnabled(): boolean {
  return recording;
}

/** Sets recording at once and returns what it was; for code that restores it in a `finally`. */
export function swapGradMode(enabled: boolean): boolean {
  const previous = recording;
  recording = enabled;
  return previous;
}

/** Runs `fn` with recording set to `enabled`. */
export function withGradMode<R>(enabled: boolean, fn: () => R): R {
  const previous = swapGradMode(enabled);
  try {
    return fn();
  } finally {
    recording = previous;
  }
}

/** Runs `fn` without recording: its results do not require gradients. */
export function noGrad<R>(fn: () => R): R {
  return withGradMode(false, fn);
}

/** Runs `fn` with recording on, also inside {@link noGrad}. */
export function enableGrad<R>(fn: () => R): R {
  return withGradMode(true, fn);
}

/**
 * Turns recording on or off: for the rest of the program when `fn` is omitted, else while it runs.
 */
export function setGradEnabled(enabled: boolean): void;
export function setGradEnabled<R>(enabled: boolean, fn: () => R): R;
export function setGradEnabled<R>(enabled: boolean, fn?: () => R): R | undefined {
  if (fn !== undefined) return withGradMode(enabled, fn);
  recording = enabled;
  return undefined;
}
