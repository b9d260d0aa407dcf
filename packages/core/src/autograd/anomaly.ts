import { warn } from '../errors/index.ts';
import type { Node } from './node.ts';

let enabled = false;
let checkNaN = true;
/** The node whose formula runs: what is recorded meanwhile was induced by it. */
let running: Node | undefined;

/** Where a node was made: for messages when its backward goes wrong. */
interface Trace {
  readonly stack: string;
  readonly parent: Node | undefined;
}

/** V8 shows ten calls unless it is told otherwise. */
const engineError: { stackTraceLimit?: number | undefined } = Error as object;

const traces = new WeakMap<Node, Trace>();

/** Whether {@link detectAnomaly} is on. */
export function isAnomalyEnabled(): boolean {
  return enabled;
}

/** Whether backward looks for NaN. */
export function isAnomalyCheckNaNEnabled(): boolean {
  return checkNaN;
}

/** Sets anomaly detection at once; returns what undoes it. */
export function enterAnomalyMode(mode: boolean, nan = true): () => void {
  const before = { enabled, checkNaN };
  enabled = mode;
  checkNaN = nan;
  return () => {
    ({ enabled, checkNaN } = before);
  };
}

/** Keyword arguments of {@link detectAnomaly}. */
export interface AnomalyOptions {
  /** Whether backward fails where a gradient is NaN. Default true. */
  readonly checkNan?: boolean;
}

/**
 * Runs `fn` and finds what goes wrong in backward: every operation remembers where it was called, a backward that throws
 * names that place in a warning, and a gradient that is NaN is an error. Slow, and it reads every gradient: backends that
 * cannot be read at once (`syncRead`) refuse it.
 * @throws `autograd/nan`
 */
export function detectAnomaly<R>(fn: () => R, { checkNan = true }: AnomalyOptions = {}): R {
  warn(
    'Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.',
  );
  return setDetectAnomaly(true, fn, { checkNan });
}

/** Turns anomaly detection on or off: for the rest of the program when `fn` is omitted, else while it runs. */
export function setDetectAnomaly(mode: boolean): void;
export function setDetectAnomaly<R>(mode: boolean, fn: () => R, options?: AnomalyOptions): R;
export function setDetectAnomaly<R>(
  mode: boolean,
  fn?: () => R,
  { checkNan = true }: AnomalyOptions = {},
): R | undefined {
  const leave = enterAnomalyMode(mode, checkNan);
  if (fn === undefined) return undefined;
  try {
    return fn();
  } finally {
    leave();
  }
}

/** Remembers where `node` was made. */
export function traceNode(node: Node): void {
  const { stackTraceLimit } = engineError;
  engineError.stackTraceLimit = 50;
  const { stack = '' } = new Error();
  engineError.stackTraceLimit = stackTraceLimit;
  // The first line is the error itself, the next two are this function and its caller.
  traces.set(node, { stack: stack.split('\n').slice(3).join('\n'), parent: running });
}

/** Runs a node's formula with what it records traced back to it. */
export function runTraced<R>(node: Node, run: () => R): R {
  const before = running;
  running = node;
  try {
    return run();
  } finally {
    running = before;
  }
}

/** Warns of where the node was made whose backward went wrong, and what had induced that. */
export function reportAnomaly(node: Node): void {
  const trace = traces.get(node);
  if (trace === undefined) {
    warn(
      `Error detected in ${node.name}. No forward pass information available. Enable detect anomaly during forward pass for more information.`,
    );
    return;
  }
  warn(`Error detected in ${node.name}. Traceback of forward call that caused the error:\n${trace.stack}`);
  const seen = new Set([node]);
  for (let { parent } = trace; parent !== undefined && !seen.has(parent); ) {
    seen.add(parent);
    const before = traces.get(parent);
    warn(
      before === undefined
        ? `\n\nPrevious calculation was induced by ${parent.name}. No forward pass information available. Enable detect anomaly during forward pass for more information.`
        : `\n\nPrevious calculation was induced by ${parent.name}. Traceback of forward call that induced the previous calculation:\n${before.stack}`,
    );
    parent = before?.parent;
  }
}
