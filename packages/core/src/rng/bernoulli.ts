import type { DType } from '../dtype/index.ts';
import { type ElementArray, fillEach, roundTo } from './elements.ts';
import type { Generator } from './generator.ts';
import { check, cxx } from './messages.ts';

/** Fills `out` with 1 in a share `p` of cases and 0 otherwise, by two draws each whatever the dtype: `bernoulli_(p)`. */
export function bernoulliScalar(generator: Generator, out: ElementArray, dtype: DType, p: number): void {
  check(p >= 0 && p <= 1, () => `bernoulli_ expects p to be in [0, 1], but got p=${cxx(p)}`);
  fillEach(out, dtype, () => (generator.uniform53() < p ? 1 : 0));
}

/**
 * Fills `out` with 1 in a share `p[i]` of cases: `bernoulli(p)`, `bernoulli_(p)`. float64 probabilities take two
 * draws each, others (16-bit ones converted to float32) one.
 */
export function bernoulliTensor(
  generator: Generator,
  out: ElementArray,
  dtype: DType,
  p: Float32Array | Float64Array,
): void {
  const double = p instanceof Float64Array;
  let i = 0;
  fillEach(out, dtype, () => {
    const share = p[i++] as number;
    check(
      share >= 0 && share <= 1,
      () =>
        'Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)',
    );
    return (double ? generator.uniform53() : generator.uniform24()) < share ? 1 : 0;
  });
}

/**
 * Fills `out`, of a floating `dtype`, with what dropout multiplies by: 0 in a share `p` of cases and 1 / (1 - p)
 * otherwise, divided in `dtype`. For 0 < p < 1; dropout draws nothing for `p` 0 or 1.
 */
export function dropoutMask(generator: Generator, out: ElementArray, dtype: DType, p: number): void {
  check(p >= 0 && p <= 1, () => `dropout probability has to be between 0 and 1, but got ${cxx(p)}`);
  const kept = 1 / roundTo(dtype, 1 - p);
  fillEach(out, dtype, () => (generator.uniform53() < 1 - p ? kept : 0));
}
