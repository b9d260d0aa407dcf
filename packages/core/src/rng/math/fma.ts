import { productError, sumError } from './double-double.ts';

const word = new Float64Array(1);
const halves = new Int32Array(word.buffer);

/** `sum` with its last bit made odd, toward `error`, when `error` is not zero: rounding to odd. */
function toOdd(sum: number, error: number): number {
  if (error === 0) return sum;
  word[0] = sum;
  // The low half may wrap only between an odd and an even last bit, so stepping an even one needs no carry up.
  if (((halves[0] as number) & 1) === 1) return sum;
  if (error > 0 === sum > 0) halves[0] = (halves[0] as number) | 1;
  else stepDown();
  return word[0] as number;
}

function stepDown(): void {
  const low = halves[0] as number;
  halves[0] = (low - 1) | 0;
  if (low === 0) halves[1] = (halves[1] as number) - 1;
}

/**
 * `a * b + c` of float32 values, rounded once to float32.
 *
 * The product is exact in a double. Rounding the sum to a double and then to float32 differs from rounding once only
 * where the double falls on a midpoint of two float32; there the error of the first rounding decides.
 */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const rounded = Math.fround(sum);
  const rest = sum - rounded;
  // A midpoint reflects `rounded` to the float32 on its other side; nothing else in between does.
  if (rest === 0 || Math.fround(sum + rest) !== sum + rest) return rounded;
  return Math.fround(toOdd(sum, sumError(product, c, sum)));
}

/**
 * `a * b + c` of doubles, rounded once (Boldo and Melquiond's algorithm with an emulated rounding to odd). Exact
 * unless the product is below 2^-960.
 */
export function fma64(a: number, b: number, c: number): number {
  if (b === 1) return a + c;
  if (!(Math.abs(b) < 2 ** 900 && Math.abs(a) < 2 ** 900)) return fmaHuge(a, b, c);
  const product = a * b;
  const error = productError(a, b, product);
  const low = c + error;
  const lowError = sumError(c, error, low);
  const high = product + low;
  const highError = sumError(product, low, high);
  const rest = lowError + highError;
  const result = high + toOdd(rest, sumError(lowError, highError, rest));
  return Number.isNaN(result) ? product + c : result;
}

function fmaHuge(a: number, b: number, c: number): number {
  if (!(Number.isFinite(a) && Number.isFinite(b) && Number.isFinite(c))) return a * b + c;
  if (Math.abs(a) >= 2 ** 900 && Math.abs(b) >= 2 ** 100) return a * b + c;
  if (Math.abs(a) >= 2 ** 900) return fma64(b, a * 2 ** -200, c * 2 ** -200) * 2 ** 200;
  return fma64(a, b * 2 ** -200, c * 2 ** -200) * 2 ** 200;
}
