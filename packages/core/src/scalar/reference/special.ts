// Special functions in double precision, from their series, continued fractions and asymptotic expansions
// (Abramowitz & Stegun, chapters 6 and 7).

const SQRT_PI = 1.772453850905516;

/** The error function, 2/√π ∫₀ˣ e^(-t²) dt. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const a = Math.abs(x);
  if (a < 0.5) return erfSeries(x);
  return Math.sign(x) * (1 - erfc(a));
}

/** 1 - erf(x), accurate where erf is close to 1. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x < 0.5) return 1 - erf(x);
  if (x > 27.3) return 0;
  return x < 2.5 ? erfcTaylor(x) : erfcFraction(x);
}

// erf x = 2/√π Σ (-1)ⁿ x^(2n+1) / (n! (2n+1)) for |x| < ½; what x has to be increased by is small, and so is its error.
function erfSeries(x: number): number {
  const xx = x * x;
  let power = 1;
  let rest = 0;
  for (let n = 1; n < 20; n++) {
    power *= -xx / n;
    const next = rest + power / (2 * n + 1);
    if (next === rest) break;
    rest = next;
  }
  return x + x * (0.1283791670955126 + (2 / SQRT_PI) * rest);
}

// erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), evaluated from the far end.
function erfcFraction(x: number): number {
  const depth = x < 3 ? 120 : x < 5 ? 60 : 30;
  let f = x;
  for (let n = depth; n >= 1; n--) f = x + n / 2 / f;
  return expMinusSquare(x) / (SQRT_PI * f);
}

// e^(-x²) with x split so that the square's rounding error does not reach the exponent.
function expMinusSquare(x: number): number {
  const hi = Math.fround(x);
  const lo = x - hi;
  return Math.exp(-hi * hi) * Math.exp(-lo * (x + hi));
}

// Taylor steps of erfc from tabulated points keep its relative accuracy between 0.5 and 2.5.
const erfcPoints: readonly (readonly [number, number])[] = [
  [0.5, 0.4795001221869535],
  [0.75, 0.28884436634648486],
  [1, 0.15729920705028513],
  [1.25, 0.07709987174354177],
  [1.5, 0.033894853524689274],
  [1.75, 0.013328328780817557],
  [2, 0.004677734981047266],
  [2.25, 0.0014627165866811518],
  [2.5, 0.0004069520174449589],
];

function erfcTaylor(x: number): number {
  const [x0, value] = erfcPoints[Math.min(8, Math.round(x * 4) - 2)]!;
  const h = x - x0;
  // Derivatives of erfc: -2/√π e^(-x0²) Hₙ(x0) (-1)ⁿ, with Hermite's recurrence.
  let previous = 0;
  let hermite = 1;
  let power = h;
  let sum = 0;
  for (let n = 0; n < 40; n++) {
    const term = hermite * power;
    sum += term;
    if (n > 2 && Math.abs(term) < 1e-18 * Math.abs(sum)) break;
    const next = -2 * x0 * hermite - 2 * n * previous;
    previous = hermite;
    hermite = next;
    power *= h / (n + 2);
  }
  return value - (2 / SQRT_PI) * expMinusSquare(x0) * sum;
}

/** The inverse of erf: Giles' approximation as a start, then Newton steps on erf or erfc. */
export function erfinv(y: number): number {
  if (!(Math.abs(y) <= 1)) return Number.NaN;
  if (Math.abs(y) === 1) return y * Number.POSITIVE_INFINITY;
  if (y === 0) return y;
  const w = -Math.log((1 - y) * (1 + y));
  let x = y * (w < 5 ? erfinvCentre(w - 2.5) : erfinvTail(Math.sqrt(w) - 3));
  for (let i = 0; i < 3; i++) {
    const error = Math.abs(y) < 0.5 ? erf(x) - y : Math.sign(y) * (1 - Math.abs(y) - erfc(Math.abs(x)));
    const step = (error * SQRT_PI) / 2 / expMinusSquare(x);
    // Halley's correction: erf'' / erf' = -2x.
    x -= step / (1 + x * step);
  }
  return x;
}

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const c of coefficients) sum = sum * x + c;
  return sum;
}

const erfinvCentre = (w: number): number =>
  horner(
    [
      2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503,
      -0.00417768164, 0.246640727, 1.50140941,
    ],
    w,
  );

const erfinvTail = (w: number): number =>
  horner(
    [
      -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
      0.00943887047, 1.00167406, 2.83297682,
    ],
    w,
  );

// Bernoulli numbers B₂ₖ / (2k (2k - 1)) of Stirling's series, and B₂ₖ / 2k of digamma's.
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
const digammaSeries = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];

/** log |Γ(x)|. */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (!Number.isFinite(x)) return Number.POSITIVE_INFINITY;
  if (x <= 0) {
    if (Number.isInteger(x)) return Number.POSITIVE_INFINITY;
    return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
  }
  if (x === 1 || x === 2) return 0;
  if (Math.abs(x - 1) < 0.4) return lgammaNearOne(x - 1);
  if (Math.abs(x - 2) < 0.4) return Math.log1p(x - 2) + lgammaNearOne(x - 2);
  let shift = 1;
  let z = x;
  while (z < 12) {
    shift *= z;
    z += 1;
  }
  const inv = 1 / (z * z);
  let series = 0;
  for (let k = stirling.length - 1; k >= 0; k--) series = series * inv + stirling[k]!;
  return (z - 0.5) * Math.log(z) - z + 0.9189385332046728 + series / z - Math.log(shift);
}

/** sin(πx) without losing the fraction of a large x. */
export function sinPi(x: number): number {
  const r = x % 2;
  return Math.sin(Math.PI * (r > 1 ? r - 2 : r < -1 ? r + 2 : r));
}

// lgamma(1 + e) = -γe + Σ ζ(k) (-e)ᵏ / k, speeded by taking ζ(k) - 1 and adding log1p back.
function lgammaNearOne(e: number): number {
  let sum = 0;
  let power = e * e;
  for (let k = 2; k < 60; k++) {
    const term = ((k % 2 === 0 ? 1 : -1) * zetaMinusOne(k) * power) / k;
    sum += term;
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
    power *= e;
  }
  return e * (1 - 0.5772156649015329) - Math.log1p(e) + sum;
}

const zetas: number[] = [];

function zetaMinusOne(k: number): number {
  const known = zetas[k];
  if (known !== undefined) return known;
  // Euler-Maclaurin from n = 20.
  let sum = 0;
  for (let n = 2; n < 20; n++) sum += n ** -k;
  const N = 20;
  sum += N ** (1 - k) / (k - 1) + N ** -k / 2 + (k * N ** (-k - 1)) / 12;
  sum -= (k * (k + 1) * (k + 2) * N ** (-k - 3)) / 720;
  sum += (k * (k + 1) * (k + 2) * (k + 3) * (k + 4) * N ** (-k - 5)) / 30240;
  zetas[k] = sum;
  return sum;
}

/** The logarithmic derivative of Γ; NaN at negative integers and ∓Infinity at ±0, as PyTorch has it. */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (x < 0) {
    if (Number.isInteger(x)) return Number.NaN;
    const r = x % 1;
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * r);
  }
  let z = x;
  let sum = 0;
  while (z < 12) {
    sum -= 1 / z;
    z += 1;
  }
  if (z === Number.POSITIVE_INFINITY) return z;
  const inv = 1 / (z * z);
  let series = 0;
  for (let k = digammaSeries.length - 1; k >= 0; k--) series = (series + digammaSeries[k]!) * inv;
  return sum + Math.log(z) - 0.5 / z - series;
}
