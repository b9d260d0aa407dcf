import { type Catalogue, catalogue, type ErrorCode } from './catalogue.ts';

/** The exception class that PyTorch raises for the same mistake. */
export type ErrorType =
  | 'RuntimeError'
  | 'TypeError'
  | 'ValueError'
  | 'IndexError'
  | 'NotImplementedError'
  | 'GradcheckError';

/** What a catalogue entry is told about the mistake. */
export type ErrorDetail<C extends ErrorCode> = Parameters<Catalogue[C]['message']>[0];

/**
 * Every error that the library throws on purpose.
 *
 * `code` is stable and meant for programs, `detail` carries what was seen, `message` is PyTorch's text where
 * PyTorch has one, and `name` is PyTorch's exception class, so that `String(error)` reads as in Python.
 */
export class TensorError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly detail: ErrorDetail<C>;

  constructor(code: C, detail: ErrorDetail<C>) {
    const entry = catalogue[code] as { type: ErrorType; message: (detail: ErrorDetail<C>) => string };
    super(entry.message(detail));
    this.name = entry.type;
    this.code = code;
    this.detail = detail;
  }
}

/** True for a {@link TensorError}, and only for one with `code` when a code is given. */
export function isTensorError<C extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: C,
): error is TensorError<C> {
  return error instanceof TensorError && (code === undefined || error.code === code);
}

/** Throws the catalogue's error for `code`. */
export function fail<C extends ErrorCode>(code: C, detail: ErrorDetail<C>): never {
  throw new TensorError(code, detail);
}

/** Asserts what the library itself guarantees; a failure is a bug of ours, not of the caller. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`internal invariant broken: ${what}`);
}
