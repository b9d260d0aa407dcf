/** Receives the library's warnings. */
export type WarningHandler = (message: string) => void;

const toConsole: WarningHandler = (message) => console.warn(`UserWarning: ${message}`);

let handler: WarningHandler = toConsole;
const seen = new Set<string>();

/** Reports something that is allowed but probably not meant. */
export function warn(message: string): void {
  handler(message);
}

/** Like {@link warn}, but says the same thing only once. */
export function warnOnce(message: string): void {
  if (seen.has(message)) return;
  seen.add(message);
  handler(message);
}

/** Sends warnings to `next` (the console when omitted); returns the handler that was in place. */
export function setWarningHandler(next: WarningHandler = toConsole): WarningHandler {
  const previous = handler;
  handler = next;
  seen.clear();
  return previous;
}
