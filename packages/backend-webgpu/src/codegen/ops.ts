import type { DType, ScalarOp } from '@taimatsu/core/backend';

type Write = (dtype: DType, ...args: string[]) => string;

/** For operations that core's lowering writes with others. */
const lowered: Write = () => {
  throw new Error('internal invariant broken: an operation reached WGSL that should have been lowered');
};

const infix =
  (sign: string): Write =>
  (_, a, b) =>
    `(${a} ${sign} ${b})`;

const call =
  (name: string): Write =>
  (_, ...args) =>
    `${name}(${args.join(', ')})`;

const onlyInt =
  (name: string): Write =>
  (dtype, ...args) =>
    dtype === 'int32' ? `${name}(${args.join(', ')})` : lowered(dtype);

/** Every scalar operation in WGSL, as far as it is left after the lowering. */
export const ops: { readonly [K in ScalarOp]: Write } = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  fmod: lowered,
  remainder: lowered,
  floordiv: lowered,
  pow: onlyInt('int_pow'),
  max: lowered,
  min: lowered,
  atan2: lowered,
  hypot: lowered,
  copysign: lowered,
  nextafter: call('next_after'),
  // For bool too: `&&` would branch, and branches in long expressions take compilers exponential time.
  and: infix('&'),
  or: infix('|'),
  xor: (dtype, a, b) => `(${a} ${dtype === 'bool' ? '!=' : '^'} ${b})`,
  shl: (_, a, b) => `(${a} << (u32(${b}) & 31u))`,
  shr: (_, a, b) => `(${a} >> (u32(${b}) & 31u))`,
  gcd: onlyInt('int_gcd'),
  neg: (_, a) => `(-${a})`,
  abs: call('abs'),
  sign: lowered,
  not: (dtype, a) => (dtype === 'bool' ? `(!${a})` : `(~${a})`),
  floor: call('floor'),
  ceil: call('ceil'),
  round: lowered,
  trunc: call('trunc'),
  sqrt: call('sqrt'),
  exp: lowered,
  exp2: (_, a) => `ldexp(1f, i32(${a}))`,
  expm1: lowered,
  log: lowered,
  log1p: lowered,
  log2: call('log2'),
  log10: lowered,
  sin: call('far_sin'),
  cos: call('far_cos'),
  tan: (_, a) => `(far_sin(${a}) / far_cos(${a}))`,
  asin: lowered,
  acos: lowered,
  atan: lowered,
  sinh: lowered,
  cosh: lowered,
  tanh: lowered,
  asinh: lowered,
  acosh: lowered,
  atanh: lowered,
  sigmoid: lowered,
  erf: lowered,
  erfc: lowered,
  erfinv: lowered,
  lgamma: lowered,
  digamma: lowered,
  eq: infix('=='),
  ne: infix('!='),
  lt: infix('<'),
  le: infix('<='),
  isnan: call('is_nan'),
  signbit: call('sign_bit'),
  where: (_, condition, a, b) => `select(${b}, ${a}, ${condition})`,
};
