// table
import type { ScalarOp } from '@taimatsu/core/backend';

/**
 * JavaScript for a scalar operation on each class of dtype: doubles, integers of up to 32 bits, BigInts, booleans.
 * `$a`, `$b` and `$c` are names of values; what is missing calls the reference. Results are wrapped or rounded after.
 */
export interface OpText {
  readonly float?: string;
  readonly int?: string;
  readonly big?: string;
  readonly bool?: string;
}

const same = (text: string): OpText => ({ float: text, int: text, big: text, bool: text });
const numeric = (text: string): OpText => ({ float: text, int: text, big: text });
const float = (text: string): OpText => ({ float: text });
const math = (name: string): OpText => float(`Math.${name}($a)`);

/** One row per scalar operation; `{}` where the reference is called for every dtype. */
export const opTexts: { readonly [K in ScalarOp]: OpText } = {
  add: numeric('$a + $b'),
  sub: numeric('$a - $b'),
  mul: { float: '$a * $b', int: 'Math.imul($a, $b)', big: '$a * $b' },
  div: { float: '$a / $b', int: '$b === 0 ? 0 : $a / $b', big: '$b === 0n ? 0n : $a / $b' },
  fmod: { float: '$a % $b', int: '$b === 0 ? 0 : $a % $b', big: '$b === 0n ? 0n : $a % $b' },
  remainder: { int: '$b === 0 ? 0 : ($a % $b + $b) % $b' },
  floordiv: { int: '$b === 0 ? 0 : Math.floor($a / $b)' },
  pow: {},
  max: { float: 'Math.max($a, $b)', int: '$a > $b ? $a : $b', big: '$a > $b ? $a : $b', bool: '$a || $b' },
  min: { float: 'Math.min($a, $b)', int: '$a < $b ? $a : $b', big: '$a < $b ? $a : $b', bool: '$a && $b' },
  atan2: float('Math.atan2($a, $b)'),
  hypot: {},
  copysign: {},
  nextafter: {},
  and: { float: '$a !== 0 && $b !== 0 ? 1 : 0', int: '$a & $b', big: '$a & $b', bool: '$a && $b' },
  or: { float: '$a !== 0 || $b !== 0 ? 1 : 0', int: '$a | $b', big: '$a | $b', bool: '$a || $b' },
  xor: { float: '($a !== 0) !== ($b !== 0) ? 1 : 0', int: '$a ^ $b', big: '$a ^ $b', bool: '$a !== $b' },
  shl: {},
  shr: {},
  gcd: {},

  neg: numeric('-$a'),
  abs: { float: 'Math.abs($a)', int: '$a < 0 ? -$a : $a', big: '$a < 0n ? -$a : $a' },
  sign: {
    float: '$a > 0 ? 1 : $a < 0 ? -1 : 0',
    int: '$a > 0 ? 1 : $a < 0 ? -1 : 0',
    big: '$a > 0n ? 1n : $a < 0n ? -1n : 0n',
  },
  not: { float: '$a === 0 ? 1 : 0', int: '~$a', big: '~$a', bool: '!$a' },
  floor: math('floor'),
  ceil: math('ceil'),
  round: {},
  trunc: math('trunc'),
  sqrt: math('sqrt'),
  exp: math('exp'),
  exp2: float('2 ** $a'),
  expm1: math('expm1'),
  log: math('log'),
  log1p: math('log1p'),
  log2: math('log2'),
  log10: math('log10'),
  sin: math('sin'),
  cos: math('cos'),
  tan: math('tan'),
  asin: math('asin'),
  acos: math('acos'),
  atan: math('atan'),
  sinh: math('sinh'),
  cosh: math('cosh'),
  tanh: math('tanh'),
  asinh: math('asinh'),
  acosh: math('acosh'),
  atanh: math('atanh'),
  sigmoid: {},
  erf: {},
  erfc: {},
  erfinv: {},
  lgamma: {},
  digamma: {},

  eq: same('$a === $b'),
  ne: same('$a !== $b'),
  lt: same('$a < $b'),
  le: same('$a <= $b'),
  isnan: float('$a !== $a'),
  signbit: { int: '$a < 0', big: '$a < 0n' },

  where: same('$a ? $b : $c'),
};
