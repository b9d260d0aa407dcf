import { type Expr, load, lower, type ScalarOp, s } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { wrong } from './agreement.ts';
import { onTarget, targets } from './target.ts';

const x = load(0, 'float32');
const y = load(1, 'float32');

/** A rule as one would first write it. Operations in `raw` are the target's own, all others are lowered. */
interface Naive {
  readonly op: ScalarOp;
  readonly as: string;
  readonly rule: Expr;
  readonly raw?: readonly ScalarOp[];
}

const naive = (op: ScalarOp, as: string, rule: Expr, ...raw: ScalarOp[]): Naive => ({ op, as, rule, raw });

const half = s.literal(0.5, 'float32');
const one = s.literal(1, 'float32');
const zero = s.literal(0, 'float32');
const infinity = s.literal(Number.POSITIVE_INFINITY, 'float32');
const whole = s.floor(s.add(s.mul(x, Math.LOG2E), 0.5));
const fraction = s.sub(s.mul(x, Math.LOG2E), whole);
const square = s.mul(x, x);
const signed = (magnitude: Expr, of: Expr): Expr => s.where(s.lt(of, 0), s.neg(magnitude), magnitude);

const rules: readonly Naive[] = [
  naive('max', 'where(a < b)', s.where(s.lt(x, y), y, x)),
  naive('min', 'where(a < b)', s.where(s.lt(x, y), x, y)),
  naive('isnan', 'x != x', s.not(s.eq(x, x)), 'eq'),
  naive('ne', 'less or greater', s.or(s.lt(x, y), s.lt(y, x))),
  naive('eq', 'no difference', s.eq(s.sub(x, y), zero)),
  naive('signbit', 'x < 0', s.lt(x, 0)),
  naive('copysign', 'where(b < 0)', signed(s.abs(x), y)),
  naive('sign', 'x / |x|', s.div(x, s.abs(x))),
  naive('and', 'a b', s.where(s.not(s.eq(s.mul(x, y), 0)), one, zero)),
  naive('or', 'a + b', s.where(s.not(s.eq(s.add(x, y), 0)), one, zero)),
  naive('xor', 'a - b', s.where(s.not(s.eq(s.sub(x, y), 0)), one, zero)),
  naive('not', 'not 0 < |x|', s.where(s.lt(zero, s.abs(x)), zero, one)),
  naive('round', 'floor(x + 1/2)', s.floor(s.add(x, 0.5))),
  naive('round', 'away from zero', signed(s.floor(s.add(s.abs(x), 0.5)), x)),
  naive('round', '(x + 2^23) - 2^23', s.sub(s.add(x, 2 ** 23), 2 ** 23)),
  naive('round', 'no sign of zero', s.where(s.eq(s.round(x), 0), zero, s.round(x))),
  naive('fmod', 'a - b trunc(a / b)', s.sub(x, s.mul(y, s.trunc(s.div(x, y))))),
  naive('remainder', 'a - b floor(a / b)', s.sub(x, s.mul(y, s.floor(s.div(x, y))))),
  naive('remainder', 'fmod', s.fmod(x, y)),
  naive('floordiv', 'floor(a / b)', s.floor(s.div(x, y))),
  naive('hypot', '√(a² + b²)', s.sqrt(s.add(square, s.mul(y, y)))),
  naive('exp', '2^(x log2 e)', s.exp2(s.mul(x, Math.LOG2E))),
  naive('exp', 'no range check', s.mul(s.exp2(whole), s.exp2(fraction)), 'exp2'),
  naive('exp', 'the power of two at once', s.mul(s.exp2(whole), s.exp(s.mul(fraction, Math.LN2))), 'exp2'),
  naive('exp2', "the target's own", s.exp2(x), 'exp2'),
  naive('expm1', 'e^x - 1', s.sub(s.exp(x), 1)),
  naive('log', "the target's log2", s.mul(s.log2(x), Math.LN2), 'log2'),
  naive('log', 'of |x|', s.log(s.abs(x))),
  naive('log', 'no zero', s.where(s.eq(x, 0), zero, s.log(x))),
  naive('log2', "the target's own", s.log2(x), 'log2'),
  naive('log10', 'of |x|', s.log10(s.abs(x))),
  naive('log1p', 'log(1 + x)', s.log(s.add(x, 1))),
  naive('pow', 'e^(b log a)', s.exp(s.mul(y, s.log(x)))),
  naive('pow', '2^(b log2 |a|)', s.exp2(s.mul(y, s.log2(s.abs(x))))),
  naive('pow', 'no sign', s.pow(s.abs(x), y)),
  naive('pow', 'no 0⁰', s.where(s.eq(y, 0), zero, s.pow(x, y))),
  naive('sin', "the target's own", s.sin(x), 'sin'),
  naive('cos', 'sin(x + π/2)', s.sin(s.add(x, Math.PI / 2))),
  naive('tan', 'x near zero only', s.where(s.lt(s.abs(x), 1), s.tan(x), x)),
  naive('asin', 'π/2 - acos', s.sub(Math.PI / 2, s.acos(x))),
  naive('acos', 'π/2 - asin', s.sub(Math.PI / 2, s.asin(x))),
  naive('atan', 'no large ones', s.asin(s.div(x, s.sqrt(s.add(square, 1))))),
  naive('atan2', 'atan(a / b)', s.atan(s.div(x, y))),
  naive('sinh', 'from e^x', s.mul(s.sub(s.exp(x), s.exp(s.neg(x))), half)),
  naive('cosh', 'from e^x', s.mul(s.add(s.exp(x), s.exp(s.neg(x))), half)),
  naive('tanh', 'from e^2x', s.div(s.sub(s.exp(s.mul(x, 2)), 1), s.add(s.exp(s.mul(x, 2)), 1))),
  naive('tanh', 'e^2x - 1 without bound', s.div(s.expm1(s.mul(x, 2)), s.add(s.expm1(s.mul(x, 2)), 2))),
  naive('sigmoid', 'e^x / (1 + e^x)', s.div(s.exp(x), s.add(s.exp(x), 1))),
  naive('asinh', 'log(x + √(x² + 1))', s.log(s.add(x, s.sqrt(s.add(square, 1))))),
  naive('acosh', 'log(x + √(x² - 1))', s.log(s.add(x, s.sqrt(s.sub(square, 1))))),
  naive('atanh', 'log((1 + x) / (1 - x)) / 2', s.mul(s.log(s.div(s.add(x, 1), s.sub(1, x))), half)),
  naive('erf', '1 - erfc', s.sub(1, s.erfc(x))),
  naive('erfc', '1 - erf', s.sub(1, s.erf(x))),
  naive('erfinv', 'beyond 1 too', s.where(s.gt(s.abs(x), 1), infinity, s.erfinv(x))),
  naive('erfinv', 'no sign of zero', s.where(s.eq(x, 0), zero, s.erfinv(x))),
  naive('lgamma', 'no reflection', s.lgamma(s.abs(x))),
  naive('lgamma', 'no poles', s.where(s.eq(x, 0), zero, s.lgamma(x))),
  naive('digamma', 'log x - 1/(2x)', s.sub(s.log(x), s.div(half, x))),
  naive('digamma', 'one zero', s.digamma(s.where(s.eq(x, 0), zero, x))),
];

test.each(rules.map((rule) => [`${rule.op} as ${rule.as}`, rule] as const))('%s is noticed', (_, one) => {
  const body = lower(one.rule, { exact: new Set(one.raw) });
  const found = Object.entries(targets).map(([name, liberties]) =>
    wrong(one.op, onTarget(body, liberties), name !== 'exact'),
  );
  expect(found).toContainEqual(expect.any(String));
});
