import { addPairs, dividePair, multiplyPairs, type Pair, productError, sumError } from './double-double.ts';

/** pi / 2 in parts of 33 bits, so that multiples up to 4 are exact, and the rest. */
const QUARTER_1 = 1.5707963267341256;
const QUARTER_2 = 6.077100506303966e-11;
const QUARTER_3 = 2.0222662487111665e-21;
const QUARTER_REST = 8.4784276603689e-32;

/** Table points are t = j / 64 in [0, pi / 4]. */
const SCALE = 64;
const LAST = 51;

/** sin t or cos t by its Taylor series, whose first term is t^`start` / `start`!. */
function series(t: number, start: 0 | 1): Pair {
  const square = multiplyPairs([t, 0], [-t, 0]);
  let sum: Pair = [1, 0];
  for (let n = start + 26; n > start; n -= 2) {
    sum = addPairs([1, 0], dividePair(multiplyPairs(sum, square), n * (n - 1)));
  }
  return start === 1 ? multiplyPairs(sum, [t, 0]) : sum;
}

/** Rows of sine high, sine low, cosine high, cosine low. */
let table: Float64Array | undefined;

function buildTable(): Float64Array {
  const rows = new Float64Array(4 * (LAST + 1));
  for (let j = 0; j <= LAST; j++) rows.set([...series(j / SCALE, 1), ...series(j / SCALE, 0)], 4 * j);
  table = rows;
  return rows;
}

/** Sine high, sine low, cosine high, cosine low of the angle last reduced, before the quadrant is applied. */
const current = new Float64Array(4);

/** Fills {@link current} for |x| <= 8; the quadrant of `x`. */
function reduce(x: number): number {
  const rows = table ?? buildTable();
  const quadrant = Math.round(x * (2 / Math.PI));
  const first = x - quadrant * QUARTER_1;
  const p2 = -quadrant * QUARTER_2;
  const second = first + p2;
  const p3 = -quadrant * QUARTER_3;
  const third = second + p3;
  const rest = sumError(first, p2, second) + sumError(second, p3, third) - quadrant * QUARTER_REST;
  const y = third + rest;
  const yl = rest - (y - third);

  const nearest = Math.round(y * SCALE);
  const r = y - nearest / SCALE;
  const row = 4 * Math.abs(nearest);
  const sign = nearest < 0 ? -1 : 1;
  const sh = sign * (rows[row] as number);
  const sl = sign * (rows[row + 1] as number);
  const ch = rows[row + 2] as number;
  const cl = rows[row + 3] as number;

  const square = r * r;
  // sin r - r and cos r - 1; yl rides along as the derivative.
  const sine = r * square * (-1 / 6 + square * (1 / 120 + square * (-1 / 5040 + square / 362880))) + yl;
  const cosine = square * (-1 / 2 + square * (1 / 24 + square * (-1 / 720 + square / 40320))) - r * yl;

  const a = ch * r;
  const sum = sh + a;
  current[0] = sum;
  current[1] = sumError(sh, a, sum) + (productError(ch, r, a) + cl * r + sl + sh * cosine + ch * sine);
  const b = -sh * r;
  const difference = ch + b;
  current[2] = difference;
  current[3] =
    sumError(ch, b, difference) + (cl - sl * r - productError(sh, r, -b) + ch * cosine - sh * sine);
  return quadrant & 3;
}

function sineOf(quadrant: number): number {
  const part = (quadrant & 1) === 0 ? 0 : 2;
  const value = (current[part] as number) + (current[part + 1] as number);
  return quadrant & 2 ? -value : value;
}

/** The sine and cosine of an angle, one after the other. */
export interface SineCosine {
  sine: number;
  cosine: number;
}

/**
 * Writes the sine and cosine of `x`, |x| <= 8, to `out`; as close to correctly rounded as {@link log}.
 */
export function sineCosine(x: number, out: SineCosine): void {
  const quadrant = reduce(x);
  out.sine = sineOf(quadrant);
  out.cosine = sineOf(quadrant + 1);
}

/** The tangent of `x`, |x| <= 8; as close to correctly rounded as {@link log}. */
export function tangent(x: number): number {
  const odd = reduce(x) & 1;
  const sh = (current[0] as number) + (current[1] as number);
  const sl = (current[0] as number) - sh + (current[1] as number);
  const ch = (current[2] as number) + (current[3] as number);
  const cl = (current[2] as number) - ch + (current[3] as number);
  return odd === 1 ? quotient(-ch, -cl, sh, sl) : quotient(sh, sl, ch, cl);
}

/** (nh + nl) / (dh + dl). */
function quotient(nh: number, nl: number, dh: number, dl: number): number {
  const q = nh / dh;
  const product = q * dh;
  return q + (nh - product - productError(q, dh, product) + nl - q * dl) / dh;
}
