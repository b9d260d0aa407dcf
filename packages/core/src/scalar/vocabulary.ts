/**
 * How a scalar operation is typed. `T` is one dtype shared by all `T`s.
 *
 * - `map`: every argument and the result are `T`
 * - `compare`: the arguments are `T`, the result is bool
 * - `select`: the first argument is bool, the others and the result are `T`
 */
export type Signature = 'map' | 'compare' | 'select';

/** Which dtypes an operation is defined for. Arithmetic in float16 and bfloat16 is done in float32. */
export type Domain = 'float' | 'int' | 'number' | 'any';

interface OpInfo {
  readonly arity: 1 | 2 | 3;
  readonly signature: Signature;
  readonly domain: Domain;
}

const info = (arity: 1 | 2 | 3, domain: Domain, signature: Signature = 'map'): OpInfo => ({
  arity,
  signature,
  domain,
});

/**
 * Everything that can be done to one element: the closed vocabulary that every backend implements, one row each.
 * `reference.ts` says exactly what each row means. Integers wrap around. On bool, `and`, `or`, `xor` and `not` are
 * logical, `max` is or, `min` is and.
 */
export const scalarOps = {
  add: info(2, 'number'),
  sub: info(2, 'number'),
  mul: info(2, 'number'),
  /** Quotient: of floats as IEEE has it, of integers truncated toward zero. */
  div: info(2, 'number'),
  /** Remainder with the sign of the dividend (C's fmod). */
  fmod: info(2, 'number'),
  /** Remainder with the sign of the divisor (Python's %). */
  remainder: info(2, 'number'),
  /** Quotient rounded down (Python's //). */
  floordiv: info(2, 'number'),
  pow: info(2, 'number'),
  /** NaN wins; the larger otherwise. */
  max: info(2, 'any'),
  /** NaN wins; the smaller otherwise. */
  min: info(2, 'any'),
  atan2: info(2, 'float'),
  hypot: info(2, 'float'),
  copysign: info(2, 'float'),
  nextafter: info(2, 'float'),
  and: info(2, 'any'),
  or: info(2, 'any'),
  xor: info(2, 'any'),
  shl: info(2, 'int'),
  shr: info(2, 'int'),
  gcd: info(2, 'int'),

  neg: info(1, 'number'),
  abs: info(1, 'number'),
  /** -1, 0 or 1; 0 for NaN. */
  sign: info(1, 'number'),
  not: info(1, 'any'),
  floor: info(1, 'float'),
  ceil: info(1, 'float'),
  /** To the nearest integer, halves to even. */
  round: info(1, 'float'),
  trunc: info(1, 'float'),
  sqrt: info(1, 'float'),
  exp: info(1, 'float'),
  exp2: info(1, 'float'),
  expm1: info(1, 'float'),
  log: info(1, 'float'),
  log1p: info(1, 'float'),
  log2: info(1, 'float'),
  log10: info(1, 'float'),
  sin: info(1, 'float'),
  cos: info(1, 'float'),
  tan: info(1, 'float'),
  asin: info(1, 'float'),
  acos: info(1, 'float'),
  atan: info(1, 'float'),
  sinh: info(1, 'float'),
  cosh: info(1, 'float'),
  tanh: info(1, 'float'),
  asinh: info(1, 'float'),
  acosh: info(1, 'float'),
  atanh: info(1, 'float'),
  sigmoid: info(1, 'float'),
  erf: info(1, 'float'),
  erfc: info(1, 'float'),
  erfinv: info(1, 'float'),
  lgamma: info(1, 'float'),
  digamma: info(1, 'float'),

  eq: info(2, 'any', 'compare'),
  ne: info(2, 'any', 'compare'),
  lt: info(2, 'any', 'compare'),
  le: info(2, 'any', 'compare'),
  isnan: info(1, 'float', 'compare'),
  signbit: info(1, 'number', 'compare'),

  where: info(3, 'any', 'select'),
} as const satisfies Record<string, OpInfo>;

/** The name of a scalar operation. */
export type ScalarOp = keyof typeof scalarOps;
