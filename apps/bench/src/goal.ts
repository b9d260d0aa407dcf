/** What goals look at: medians in microseconds, rates in GFLOP/s. Undefined where there was no such timing. */
export interface Measured {
  /** The median of a contestant in a case; both default to the goal's own. */
  time(contestant?: string, caseId?: string): number | undefined;
  rate(contestant?: string, caseId?: string): number | undefined;
  /** The shortest median among the peers (not ours, and not PyTorch, which is no peer in a browser). */
  bestPeer(): number | undefined;
  /** Device launches of a run. */
  launches(contestant?: string): number | undefined;
}

/** How a goal came out: a number to show, and whether it was met. */
export interface Verdict {
  readonly shown: string;
  readonly met: boolean;
}

/** Something that the project holds one of its contestants to. */
export interface Goal {
  /** The contestant's id. */
  readonly of: string;
  readonly text: string;
  /** Undefined where what it compares with was not measured. */
  judge(measured: Measured): Verdict | undefined;
}

/** Compares `value` with a limit, if both are there. */
function verdict(value: number | undefined, unit: (value: number) => string, ok: (value: number) => boolean) {
  return value === undefined || Number.isNaN(value) ? undefined : { shown: unit(value), met: ok(value) };
}

const divide = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;
const percent = (value: number): string => `${(value * 100).toFixed(0)}%`;
const times = (value: number): string => `${value.toPrecision(2)}×`;

/** At most so many microseconds. */
export function under(us: number, text: string, of = 'wasm'): Goal {
  return { of, text: `≤ ${text}`, judge: (m) => verdict(divide(m.time(), us), percent, (v) => v <= 1) };
}

/** At least this part of the multiply-add peak measured in the same process. */
export function ofPeak(part: number): Goal {
  return {
    of: 'wasm',
    text: `≥ ${percent(part)} of peak`,
    judge: (m) => verdict(divide(m.rate(), m.rate('wasm', 'peak')), percent, (v) => v >= part),
  };
}

/** At least this part of the rate of another case. */
export function ofRate(caseId: string, part: number, text: string): Goal {
  return {
    of: 'wasm',
    text: `≥ ${percent(part)} of ${text}`,
    judge: (m) => verdict(divide(m.rate(), m.rate(undefined, caseId)), percent, (v) => v >= part),
  };
}

/** At most so many times another contestant's time. */
export function timesOf(contestant: string, name: string, limit: number, of = 'wasm'): Goal {
  return {
    of,
    text: `≤ ${limit}× ${name}`,
    judge: (m) => verdict(divide(m.time(), m.time(contestant)), times, (v) => v <= limit),
  };
}

/** At least so many times as fast as the best peer. */
export function ahead(factor: number, of = 'wasm'): Goal {
  return {
    of,
    text: `≥ ${factor}× the best peer`,
    judge: (m) => verdict(divide(m.bestPeer(), m.time()), times, (v) => v >= factor),
  };
}

/** At least so many times as fast as another of our contestants. */
export function speedup(over: string, factor: number, of: string): Goal {
  return {
    of,
    text: `≥ ${factor}× one thread`,
    judge: (m) => verdict(divide(m.time(over), m.time()), times, (v) => v >= factor),
  };
}

/** No more launches on the device than another contestant. */
export function launchesOf(contestant: string, name: string, of: string): Goal {
  return {
    of,
    text: `launches ≤ ${name}'s`,
    judge: (m) => verdict(divide(m.launches(), m.launches(contestant)), times, (v) => v <= 1),
  };
}
