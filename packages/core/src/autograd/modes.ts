import { setInferenceStorage } from '../tensor/index.ts';

/** What {@link isGradEnabled} reports. */
let gradMode = true;
let inference = false;
/** What operations ask: recorded for backward or not. */
let recording = true;

/** Whether operations are recorded: false inside {@link noGrad}. In inference mode nothing is, whatever this says. */
export function isGradEnabled(): boolean {
  return gradMode;
}

/** Whether operations are recorded at this moment. */
export function isRecording(): boolean {
  return recording;
}

/** Sets recording at once and returns what it was; for code that restores it in a `finally`. */
export function swapGradMode(enabled: boolean): boolean {
  const previous = gradMode;
  gradMode = enabled;
  recording = enabled && !inference;
  return previous;
}

/** Runs `fn` with recording set to `enabled`. */
export function withGradMode<R>(enabled: boolean, fn: () => R): R {
  const previous = swapGradMode(enabled);
  try {
    return fn();
  } finally {
    swapGradMode(previous);
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
  swapGradMode(enabled);
  return undefined;
}

/** Whether the program is inside {@link inferenceMode}. */
export function isInferenceModeEnabled(): boolean {
  return inference;
}

/** Sets inference mode, and recording to its opposite; returns what undoes it. */
export function enterInferenceMode(enabled: boolean): () => void {
  const before = { inference, gradMode };
  const set = (mode: boolean, grads: boolean): void => {
    inference = mode;
    setInferenceStorage(mode);
    swapGradMode(grads);
  };
  set(enabled, !enabled);
  return () => set(before.inference, before.gradMode);
}

/**
 * Runs `fn` like {@link noGrad}, for code whose results never meet autograd: what is made inside is an *inference tensor*,
 * which has no version counter, cannot be kept for backward, and cannot be changed in place outside. Views of ordinary
 * tensors stay ordinary. With `false` in front the mode is off inside.
 */
export function inferenceMode<R>(fn: () => R): R;
export function inferenceMode<R>(mode: boolean, fn: () => R): R;
export function inferenceMode<R>(mode: boolean | (() => R), fn?: () => R): R {
  const [enabled, body] = typeof mode === 'boolean' ? [mode, fn!] : [true, mode];
  const leave = enterInferenceMode(enabled);
  try {
    return body();
  } finally {
    leave();
  }
}
