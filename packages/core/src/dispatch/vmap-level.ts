import { type BatchLevel, nextStorageSerial } from '../tensor/index.ts';

let order = 0;
let innermost: BatchLevel | null = null;

/** The level of the `vmap` that runs, the inner one of several; null outside. */
export function currentLevel(): BatchLevel | null {
  return innermost;
}

/** Runs `fn` inside a new level of `size` examples. */
export function openLevel<R>(
  size: number,
  randomness: BatchLevel['randomness'],
  fn: (level: BatchLevel) => R,
): R {
  const outer = innermost;
  const level: BatchLevel = { size, order: order++, first: nextStorageSerial(), randomness, open: true };
  innermost = level;
  try {
    return fn(level);
  } finally {
    level.open = false;
    innermost = outer;
  }
}
