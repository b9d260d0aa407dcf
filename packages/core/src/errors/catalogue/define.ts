import type { ErrorType } from '../tensor-error.ts';

/** An entry of the error catalogue. */
export interface Entry<D> {
  readonly type: ErrorType;
  readonly message: (detail: D) => string;
}

/** A mistake for which PyTorch raises `RuntimeError`. */
export const runtimeError = <D>(message: (detail: D) => string): Entry<D> => ({
  type: 'RuntimeError',
  message,
});

/** A mistake for which PyTorch raises `TypeError`. */
export const typeError = <D>(message: (detail: D) => string): Entry<D> => ({ type: 'TypeError', message });

/** A mistake for which PyTorch raises `ValueError`. */
export const valueError = <D>(message: (detail: D) => string): Entry<D> => ({ type: 'ValueError', message });

/** A mistake for which PyTorch raises `IndexError`. */
export const indexError = <D>(message: (detail: D) => string): Entry<D> => ({ type: 'IndexError', message });

/** Something that PyTorch, or this library, has no implementation for. */
export const notImplementedError = <D>(message: (detail: D) => string): Entry<D> => ({
  type: 'NotImplementedError',
  message,
});

/** Lists sizes the way PyTorch does: `[2, 3]`. */
export const list = (values: readonly (number | bigint)[]): string => `[${values.join(', ')}]`;
