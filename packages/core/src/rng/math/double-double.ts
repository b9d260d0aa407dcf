/**
 * A number as an unevaluated sum `[high, low]` of two doubles, `high` being the sum rounded to a double; about 106
 * bits. Used to build tables once; the hot paths spell the same steps out without allocating.
 */
export type Pair = readonly [number, number];

/** Veltkamp's constant: `x * splitter` separates the upper 26 bits of `x`. */
const splitter = 134217729;

/** The rounding error of `sum = a + b`, exact (Knuth's TwoSum). */
export function sumError(a: number, b: number, sum: number): number {
  const rest = sum - a;
  return a - (sum - rest) + (b - rest);
}

/** The rounding error of `product = a * b`, exact for |a|, |b| < 2^996 and products above 2^-960 (Dekker). */
export function productError(a: number, b: number, product: number): number {
  const ta = a * splitter;
  const ah = ta - (ta - a);
  const al = a - ah;
  const tb = b * splitter;
  const bh = tb - (tb - b);
  const bl = b - bh;
  return ah * bh - product + ah * bl + al * bh + al * bl;
}

function pair(high: number, low: number): Pair {
  const sum = high + low;
  return [sum, low - (sum - high)];
}

/** `a + b`. */
export function addPairs(a: Pair, b: Pair): Pair {
  const sum = a[0] + b[0];
  return pair(sum, sumError(a[0], b[0], sum) + (a[1] + b[1]));
}

/** `a * b`. */
export function multiplyPairs(a: Pair, b: Pair): Pair {
  const product = a[0] * b[0];
  return pair(product, productError(a[0], b[0], product) + (a[0] * b[1] + a[1] * b[0]));
}

/** `a / n` for a double `n`. */
export function dividePair(a: Pair, n: number): Pair {
  const quotient = a[0] / n;
  const product = quotient * n;
  return pair(quotient, (a[0] - product - productError(quotient, n, product) + a[1]) / n);
}
