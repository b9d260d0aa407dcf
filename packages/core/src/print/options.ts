import { fail } from '../errors/index.ts';

/** How tensors are printed. */
export interface PrintOptions {
  /** Digits after the decimal point. */
  readonly precision: number;
  /** Tensors with more elements than this are summarised. */
  readonly threshold: number;
  /** Items shown at either end of a summarised dimension. */
  readonly edgeitems: number;
  /** Characters on a line. */
  readonly linewidth: number;
  /** Scientific notation always or never; null leaves it to the values. */
  readonly sciMode: boolean | null;
}

/** A named set of all options but `sciMode`. */
export type PrintProfile = 'default' | 'short' | 'full';

/** What {@link setPrintOptions} changes. */
export interface PrintOptionChanges extends Partial<PrintOptions> {
  /** A set of values to start from; the other options are applied on top. */
  readonly profile?: PrintProfile;
}

const initial: PrintOptions = Object.freeze({
  precision: 4,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 80,
  sciMode: null,
});

const profiles: { readonly [P in PrintProfile]: PrintOptions } = {
  default: initial,
  short: { ...initial, precision: 2, edgeitems: 2 },
  full: { ...initial, threshold: Number.POSITIVE_INFINITY },
};

let current: PrintOptions = initial;

/** The options in force. */
export function getPrintOptions(): PrintOptions {
  return current;
}

/**
 * Changes how tensors are printed. Options that are left out keep their values, except `sciMode`: as in
 * PyTorch, every call sets it, to null when left out.
 *
 * @throws ValueError if `precision` or `edgeitems` is not a non-negative integer
 * @torch torch.set_printoptions
 */
export function setPrintOptions(changes: PrintOptionChanges = {}): void {
  const base = changes.profile === undefined ? current : profiles[changes.profile];
  current = Object.freeze({
    precision: count('precision', changes.precision ?? base.precision),
    threshold: changes.threshold ?? base.threshold,
    edgeitems: count('edgeitems', changes.edgeitems ?? base.edgeitems),
    linewidth: changes.linewidth ?? base.linewidth,
    sciMode: changes.sciMode ?? null,
  });
}

function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  return fail('op/value', {
    text: `setPrintOptions(): ${name} must be a non-negative integer, but got ${value}`,
  });
}

/**
 * Runs `body`, which must be synchronous, with changed options, and puts the old ones back afterwards.
 *
 * @torch torch._tensor_str.printoptions
 */
export function withPrintOptions<R>(changes: PrintOptionChanges, body: () => R): R {
  const previous = current;
  setPrintOptions(changes);
  try {
    return body();
  } finally {
    current = previous;
  }
}
