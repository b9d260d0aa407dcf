import type { Operand, Tensor } from '../../extend/index.ts';
import { hostBinary } from '../host.ts';

/** A polynomial of order `n` at `self`; `n`, a number or a tensor of whole numbers, may differ from element to element. */
export type Polynomial = (self: Operand, n: Operand) => Tensor;

/** p(0) = 1, p(1) and p(k + 1) from p(k) and p(k - 1); 0 for negative orders. */
function recurrence(
  x: number,
  n: number,
  first: number,
  step: (k: number, current: number, previous: number) => number,
): number {
  if (n < 0) return 0;
  if (n === 0) return 1;
  let previous = 1;
  let current = first;
  for (let k = 1; k < n && !Number.isNaN(current); k++) {
    const next = step(k, current, previous);
    previous = current;
    current = next;
  }
  return Number.isNaN(x) ? x : current;
}

/** How the four kinds of Chebyshev polynomials differ; they share their recurrence. */
interface Chebyshev {
  readonly first: (x: number) => number;
  /** At x = 1, and at x = -1 but for the sign of odd orders. */
  readonly ends: (n: number) => readonly [number, number];
  /** For |x| < 1 in terms of θ = acos x. */
  readonly closed: (n: number, theta: number) => number;
}

const kinds = {
  t: {
    first: (x) => x,
    ends: () => [1, 1],
    closed: (n, theta) => Math.cos(n * theta),
  },
  u: {
    first: (x) => 2 * x,
    ends: (n) => [n + 1, n + 1],
    closed: (n, theta) => Math.sin((n + 1) * theta) / Math.sin(theta),
  },
  v: {
    first: (x) => 2 * x - 1,
    ends: (n) => [1, 2 * n + 1],
    closed: (n, theta) => Math.cos((n + 0.5) * theta) / Math.cos(theta / 2),
  },
  w: {
    first: (x) => 2 * x + 1,
    ends: (n) => [2 * n + 1, 1],
    closed: (n, theta) => Math.sin((n + 0.5) * theta) / Math.sin(theta / 2),
  },
} as const satisfies { readonly [kind: string]: Chebyshev };

function chebyshev(kind: Chebyshev, x: number, order: number): number {
  const n = Math.trunc(order);
  if (n < 0) return 0;
  if (Math.abs(x) === 1) {
    const [right, left] = kind.ends(n);
    if (x > 0) return right;
    return n % 2 === 0 ? left : -left;
  }
  if (n > 8 && Math.abs(x) < 1) return kind.closed(n, Math.acos(x));
  return recurrence(x, n, kind.first(x), (_, current, previous) => 2 * x * current - previous);
}

const plain = (name: keyof typeof kinds): Polynomial =>
  hostBinary(`special_chebyshev_polynomial_${name}`, (x, n) => chebyshev(kinds[name], x, n));
const shifted = (name: keyof typeof kinds): Polynomial =>
  hostBinary(`special_shifted_chebyshev_polynomial_${name}`, (x, n) => chebyshev(kinds[name], 2 * x - 1, n));

/** Chebyshev polynomials of the first kind. */
export const chebyshevPolynomialT: Polynomial = plain('t');
/** Chebyshev polynomials of the second kind. */
export const chebyshevPolynomialU: Polynomial = plain('u');
/** Chebyshev polynomials of the third kind. */
export const chebyshevPolynomialV: Polynomial = plain('v');
/** Chebyshev polynomials of the fourth kind. */
export const chebyshevPolynomialW: Polynomial = plain('w');
/** {@link chebyshevPolynomialT} at 2x - 1. */
export const shiftedChebyshevPolynomialT: Polynomial = shifted('t');
/** {@link chebyshevPolynomialU} at 2x - 1. */
export const shiftedChebyshevPolynomialU: Polynomial = shifted('u');
/** {@link chebyshevPolynomialV} at 2x - 1. */
export const shiftedChebyshevPolynomialV: Polynomial = shifted('v');
/** {@link chebyshevPolynomialW} at 2x - 1. */
export const shiftedChebyshevPolynomialW: Polynomial = shifted('w');

/** Hermite polynomials, the physicists'. */
export const hermitePolynomialH: Polynomial = hostBinary('special_hermite_polynomial_h', (x, n) =>
  recurrence(x, Math.trunc(n), 2 * x, (k, p, before) => 2 * x * p - 2 * k * before),
);
/** Hermite polynomials, the probabilists'. */
export const hermitePolynomialHe: Polynomial = hostBinary('special_hermite_polynomial_he', (x, n) =>
  recurrence(x, Math.trunc(n), x, (k, p, before) => x * p - k * before),
);
/** Laguerre polynomials. */
export const laguerrePolynomialL: Polynomial = hostBinary('special_laguerre_polynomial_l', (x, n) =>
  recurrence(x, Math.trunc(n), 1 - x, (k, p, before) => ((2 * k + 1 - x) * p - k * before) / (k + 1)),
);
/** Legendre polynomials. */
export const legendrePolynomialP: Polynomial = hostBinary('special_legendre_polynomial_p', (x, n) =>
  recurrence(x, Math.trunc(n), x, (k, p, before) => ((2 * k + 1) * x * p - k * before) / (k + 1)),
);
