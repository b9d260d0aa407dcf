import { isTensor } from '../tensors.ts';
import { aliases, type Rows, row, rows } from './row.ts';

const unary = `abs acos acosh angle asin asinh atan atanh bitwise_not ceil conj conj_physical cos cosh deg2rad digamma
  erf erfc erfinv exp exp2 expm1 floor frac frexp i0 isfinite isinf isnan isneginf isposinf isreal lgamma log log10
  log1p log2 logical_not neg positive rad2deg real reciprocal relu resolve_conj resolve_neg rsqrt sgn sigmoid sign
  signbit sin sinc sinh sqrt square tan tanh trunc`;

const binary = `atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copysign eq
  floor_divide fmax fmin fmod gcd ge gt hypot igamma igammac lcm ldexp le logaddexp logaddexp2 logical_and logical_or
  logical_xor lt maximum minimum mul ne nextafter remainder true_divide xlogy`;

const base: Rows = {
  ...rows(unary, 'input'),
  ...rows(binary, 'input, other'),
  ...rows('add sub rsub', 'input, other, *, alpha'),
  ...rows('pow float_power', 'input, exponent'),
  ...rows('clamp_min', 'input, min'),
  ...rows('clamp_max', 'input, max'),
  ...rows('addcmul addcdiv', 'input, tensor1, tensor2, *, value'),
  ...rows('isclose allclose', 'input, other, {rtol}, {atol}, {equal_nan}'),
  div: row('input, other, *, rounding_mode'),
  round: row('input, *, decimals'),
  heaviside: row('input, values'),
  clamp: row('input, min, max'),
  lerp: row('input, end, weight'),
  equal: row('input, other'),
  logit: row('input, eps'),
  nan_to_num: row('input, {nan}, {posinf}, {neginf}'),
  polygamma: row('n, input', { order: 'input, n' }),
  mvlgamma: row('input, p'),
  where: row('condition, input, other', { order: 'input, condition, other' }),
  isin: row('elements, test_elements, *, assume_unique, invert'),
  complex: row('real, imag'),
  polar: row('abs, angle'),
};

const reflected: Rows = {
  __radd__: row('self, other', { target: 'add', call: ({ self, other }, add) => add(other, self) }),
  __rmul__: row('self, other', { target: 'mul', call: ({ self, other }, mul) => mul(other, self) }),
  __rsub__: row('self, other', { target: 'sub', call: ({ self, other }, sub) => sub(other, self) }),
  __rdiv__: row('self, other', { target: 'div', call: ({ self, other }, div) => div(other, self) }),
  __rmod__: row('self, other', { target: 'remainder', call: ({ self, other }, mod) => mod(other, self) }),
  // Python's __rpow__ copies its argument with torch.tensor(), so that no gradient goes there.
  __rpow__: row('self, other', {
    target: 'pow',
    call: ({ self, other }, pow) => pow(isTensor(other) ? other.detach() : other, self),
  }),
  __rand__: row('self, other', { target: 'bitwiseAnd', call: ({ self, other }, and) => and(other, self) }),
  __ror__: row('self, other', { target: 'bitwiseOr', call: ({ self, other }, or) => or(other, self) }),
  __rxor__: row('self, other', { target: 'bitwiseXor', call: ({ self, other }, xor) => xor(other, self) }),
  __rmatmul__: row('self, other', { target: 'matmul', call: ({ self, other }, mm) => mm(other, self) }),
};

/** What happens to elements one by one. */
export const elementwise: Rows = {
  ...base,
  ...reflected,
  ...aliases(
    {
      absolute: 'abs',
      arccos: 'acos',
      arccosh: 'acosh',
      arcsin: 'asin',
      arcsinh: 'asinh',
      arctan: 'atan',
      arctan2: 'atan2',
      arctanh: 'atanh',
      clip: 'clamp',
      divide: 'div',
      fix: 'trunc',
      greater: 'gt',
      greater_equal: 'ge',
      less: 'lt',
      less_equal: 'le',
      multiply: 'mul',
      negative: 'neg',
      not_equal: 'ne',
      subtract: 'sub',
      'special.digamma': 'digamma',
      'special.psi': 'digamma',
      'special.erf': 'erf',
      'special.erfc': 'erfc',
      'special.erfinv': 'erfinv',
      'special.exp2': 'exp2',
      'special.expit': 'sigmoid',
      'special.expm1': 'expm1',
      'special.gammaln': 'lgamma',
      'special.i0': 'i0',
      'special.log1p': 'log1p',
      'special.logit': 'logit',
      'special.multigammaln': 'mvlgamma',
      'special.polygamma': 'polygamma',
      'special.round': 'round',
      'special.sinc': 'sinc',
      'special.xlogy': 'xlogy',
    },
    base,
  ),
};
