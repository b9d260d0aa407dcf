import { addPairs, dividePair, multiplyPairs, type Pair, productError, sumError } from './double-double.ts';

const LN2: Pair = [Math.LN2, 2.3190468138462996e-17];

/** ln 2 / 64, its upper part short enough that products with the table step are exact. */
const STEP_HIGH = 0.6931471803691238 / 64;
const STEP_LOW = 1.9082149292705877e-10 / 64;

/** Rows of 2^(j / 64), high and low. */
let table: Float64Array | undefined;

function buildTable(): Float64Array {
  const rows = new Float64Array(128);
  for (let j = 0; j < 64; j++) {
    const x = dividePair(multiplyPairs(LN2, [j, 0]), 64);
    let sum: Pair = [1, 0];
    for (let n = 27; n >= 1; n--) sum = addPairs([1, 0], dividePair(multiplyPairs(sum, x), n));
    rows.set(sum, 2 * j);
  }
  table = rows;
  return rows;
}

/** e^x, as close to correctly rounded as the logarithm next door. */
export function exp(x: number): number {
  if (!(Math.abs(x) < 700)) return Math.exp(x);
  const rows = table ?? buildTable();
  const step = Math.round(x / (LN2[0] / 64));
  // x = step * ln 2 / 64 + r, r = rh + rl.
  const first = x - step * STEP_HIGH;
  const product = -step * STEP_LOW;
  const rh = first + product;
  const rl = sumError(first, product, rh) - productError(step, STEP_LOW, -product);
  const j = step & 63;
  const high = rows[2 * j] as number;
  const low = rows[2 * j + 1] as number;
  const tail =
    rh *
    rh *
    (1 / 2 + rh * (1 / 6 + rh * (1 / 24 + rh * (1 / 120 + rh * (1 / 720 + rh * (1 / 5040 + rh / 40320))))));
  const a = high * rh;
  const sum = high + a;
  const rest = sumError(high, a, sum) + (productError(high, rh, a) + low * (1 + rh) + high * (rl + tail));
  return (sum + rest) * 2 ** ((step - j) / 64);
}
