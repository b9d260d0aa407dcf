import type { Taps } from './resample.ts';

/** How the places of a resampled row lie over those of the row it is made from. */
export interface Placement {
  readonly input: number;
  readonly output: number;
  /** The given scale factor, if it decides. */
  readonly factor: number | undefined;
  readonly alignCorners: boolean;
  /** Computes places in float32, as PyTorch does for everything but float64. */
  readonly single: boolean;
}

const rounding = (single: boolean): ((x: number) => number) => (single ? Math.fround : (x) => x);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const clamp = (x: number, size: number): number => Math.min(Math.max(x, 0), size - 1);

/** Steps in the input for one step in the output. */
function stepOf({ input, output, factor, alignCorners, single }: Placement): number {
  const round = rounding(single);
  if (alignCorners) return output > 1 ? round((input - 1) / (output - 1)) : 0;
  return factor !== undefined && factor > 0 ? round(1 / factor) : round(input / output);
}

/** Where in the input each place of the output lies. */
function sources(place: Placement): number[] {
  const round = rounding(place.single);
  const step = stepOf(place);
  return range(place.output).map((o) =>
    place.alignCorners ? round(step * o) : round(round(step * round(o + 0.5)) - 0.5),
  );
}

/** The element that each place falls on, or with `exact` the one whose middle is nearest. */
export function nearestTaps({ input, output, factor }: Placement, exact: boolean): Taps {
  const step = Math.fround(factor !== undefined && factor > 0 ? 1 / factor : input / output);
  const index = range(output).map((o) => {
    if (!exact && output === input) return o;
    if (!exact && output === 2 * input) return o >> 1;
    return Math.min(Math.floor(Math.fround((exact ? o + 0.5 : o) * step)), input - 1);
  });
  return { index: [index], weight: undefined };
}

/** Straight lines between neighbours. */
export function linearTaps(place: Placement): Taps {
  const { input, output, single } = place;
  if (input === output) return { index: [range(output)], weight: undefined };
  const round = rounding(single);
  const at = sources(place).map((x) => Math.max(x, 0));
  const low = at.map((x) => Math.min(Math.floor(x), input - 1));
  const share = at.map((x, o) => Math.min(Math.max(round(x - low[o]!), 0), 1));
  return {
    index: [low, low.map((i) => Math.min(i + 1, input - 1))],
    weight: [share.map((w) => round(1 - w)), share],
  };
}

/** Keys' cubic kernel at distance `x`. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

/** Cubic convolution of four neighbours; edges repeat. */
export function cubicTaps(place: Placement): Taps {
  const at = sources(place);
  const low = at.map(Math.floor);
  const offsets = [-1, 0, 1, 2];
  return {
    index: offsets.map((k) => low.map((i) => clamp(i + k, place.input))),
    weight: offsets.map((k) => at.map((x, o) => cubic(x - low[o]! - k, -0.75))),
  };
}

const filters = {
  linear: { reach: 1, at: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  cubic: { reach: 2, at: (x: number) => cubic(x, -0.5) },
} as const;

/** A filter that widens as sizes shrink, so that every input counts. */
export function smoothTaps(place: Placement, kind: 'linear' | 'cubic'): Taps {
  const { input, output } = place;
  const step = stepOf(place);
  const { reach, at } = filters[kind];
  const width = Math.max(step, 1);
  const rows = range(output).map((o) => {
    const centre = step * (o + 0.5);
    const first = Math.max(Math.trunc(centre - reach * width + 0.5), 0);
    const count = Math.min(Math.trunc(centre + reach * width + 0.5), input) - first;
    const weights = range(count).map((j) => at((j + first - centre + 0.5) / width));
    const total = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((w) => (total === 0 ? w : w / total)) };
  });
  const longest = Math.max(...rows.map((row) => row.weights.length));
  return {
    index: range(longest).map((t) => rows.map(({ first }) => clamp(first + t, input))),
    weight: range(longest).map((t) => rows.map(({ weights }) => weights[t] ?? 0)),
  };
}
