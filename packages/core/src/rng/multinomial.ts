import { type DType, dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { roundTo } from './elements.ts';
import type { Generator } from './generator.ts';
import { log } from './math/log.ts';
import { check } from './messages.ts';

/** What to draw from each row of probabilities. */
export interface MultinomialOptions {
  /** Categories per row. */
  readonly categories: number;
  /** Draws per row. */
  readonly samples: number;
  readonly replacement?: boolean;
}

/**
 * Category numbers drawn from each row of `probabilities`, which need not add up to 1: `multinomial`. The values are
 * of `dtype`, whose rounding is followed; the result has `samples` numbers per row.
 *
 * With replacement a uniform of two draws is looked up in the cumulative sums. Without, every probability is divided
 * by an exponential of its own (two draws each, row by row) and the largest quotients win; of equal ones, which
 * bfloat16 brings about, the first.
 */
export function multinomial(
  generator: Generator,
  probabilities: ArrayLike<number>,
  dtype: DType,
  { categories, samples, replacement = false }: MultinomialOptions,
): BigInt64Array {
  check(
    isFloatingPoint(dtype),
    () => `multinomial only supports floating-point dtypes for input, got: ${dtypeInfo[dtype].title}`,
  );
  check(samples > 0, () => 'cannot sample n_sample <= 0 samples');
  check(
    replacement || samples <= categories,
    () => 'cannot sample n_sample > prob_dist.size(-1) samples without replacement',
  );
  check(categories <= 2 ** 24, () => 'number of categories cannot exceed 2^24');
  check(categories > 0, emptySum);
  const rows = probabilities.length / categories;
  const out = new BigInt64Array(rows * samples);
  if (replacement) {
    for (let row = 0; row < rows; row++) {
      const sums = cumulative(probabilities, row * categories, categories, dtype);
      for (let i = 0; i < samples; i++) out[row * samples + i] = BigInt(search(sums, generator.uniform53()));
    }
    return out;
  }
  checkAll(probabilities, categories);
  const scores = new Float64Array(categories);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < categories; i++) {
      const exponential = roundTo(dtype, -log(1 - generator.uniform53()));
      scores[i] = roundTo(dtype, (probabilities[row * categories + i] as number) / exponential);
    }
    largest(scores, samples).forEach((index, i) => {
      out[row * samples + i] = BigInt(index);
    });
  }
  return out;
}

const emptySum = (): string => 'invalid multinomial distribution (sum of probabilities <= 0)';

function checkAll(probabilities: ArrayLike<number>, categories: number): void {
  const text = (): string => 'probability tensor contains either `inf`, `nan` or element < 0';
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] as number;
    check(p >= 0 && p < Number.POSITIVE_INFINITY, text);
  }
  for (let start = 0; start < probabilities.length; start += categories) {
    let positive = false;
    for (let i = start; i < start + categories; i++) positive ||= (probabilities[i] as number) > 0;
    check(positive, emptySum);
  }
}

/** The shares of all categories up to each one, summed and divided in float64 or float32. */
function cumulative(
  probabilities: ArrayLike<number>,
  start: number,
  count: number,
  dtype: DType,
): Float64Array {
  const sums = new Float64Array(count);
  const round = dtype === 'float64' ? (value: number): number => value : Math.fround;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const p = probabilities[start + i] as number;
    check(p >= 0, () => 'invalid multinomial distribution (encountering probability entry < 0)');
    check(
      Number.isFinite(p),
      () => 'invalid multinomial distribution (encountering probability entry = infinity or NaN)',
    );
    sum = round(sum + p);
    sums[i] = sum;
  }
  check(sum > 0, emptySum);
  for (let i = 0; i < count; i++) sums[i] = round((sums[i] as number) / sum);
  sums[count - 1] = 1;
  return sums;
}

/** The first position whose sum is not below `u`. */
function search(sums: Float64Array, u: number): number {
  let left = 0;
  let right = sums.length;
  while (left < right) {
    const middle = left + Math.floor((right - left) / 2);
    if ((sums[middle] as number) < u) left = middle + 1;
    else right = middle;
  }
  return left;
}

/** The positions of the `count` largest scores, largest first. */
function largest(scores: Float64Array, count: number): number[] {
  if (count === 1) {
    let best = 0;
    for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
    return [best];
  }
  const order = Array.from(scores, (_, i) => i);
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number));
  return order.slice(0, count);
}
