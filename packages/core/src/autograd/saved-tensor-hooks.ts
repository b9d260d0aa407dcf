import { fail } from '../errors/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** What is done to tensors that are kept for backward, and undone when backward asks for them. */
export interface SavedTensorHooks {
  /** Gives anything that {@link unpack} can make the tensor from. It must not change the tensor in place. */
  // biome-ignore lint/suspicious/noExplicitAny: the user's own form, which `savedTensorsHooks` types
  pack(tensor: Tensor): any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  unpack(packed: any): Tensor;
}

let stack: readonly SavedTensorHooks[] = [];
let top: SavedTensorHooks | undefined;
let disabled: string | undefined;

/** The innermost hooks, if any. */
export function currentHooks(): SavedTensorHooks | undefined {
  return top;
}

/** Puts hooks on top of those in force; returns what takes them off. @throws `autograd/hooks-disabled` */
export function enterSavedTensorsHooks(hooks: SavedTensorHooks): () => void {
  if (disabled !== undefined) fail('autograd/hooks-disabled', { text: disabled });
  const before = stack;
  const set = (next: readonly SavedTensorHooks[]): void => {
    stack = next;
    top = next.at(-1);
  };
  set([...before, hooks]);
  return () => set(before);
}

/**
 * Runs `fn`; every tensor that an operation keeps for backward meanwhile goes through `pack`, and through `unpack` each time
 * backward asks for it: to store it elsewhere, to compress it, or to compute it again. Calls may nest: the innermost pair
 * is used. Hooks run without recording.
 * @throws `autograd/pack-inplace`, `autograd/unpack-type`, `autograd/hooks-disabled`
 */
export function savedTensorsHooks<P, R>(
  pack: (tensor: Tensor) => P,
  unpack: (packed: P) => Tensor,
  fn: () => R,
): R {
  const leave = enterSavedTensorsHooks({ pack, unpack });
  try {
    return fn();
  } finally {
    leave();
  }
}

/** Sets the message with which hooks are refused, undefined to allow them; returns what undoes it. @throws `autograd/hooks-disabled` */
export function refuseSavedTensorsHooks(message: string | undefined): () => void {
  if (message !== undefined && stack.length > 0) fail('autograd/hooks-disabled', { text: message });
  const before = disabled;
  disabled = message;
  return () => {
    disabled = before;
  };
}

/** Runs `fn`, in which {@link savedTensorsHooks} throws an error with this message. */
export function disableSavedTensorsHooks<R>(message: string, fn: () => R): R {
  const leave = refuseSavedTensorsHooks(message);
  try {
    return fn();
  } finally {
    leave();
  }
}
