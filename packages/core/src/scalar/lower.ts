import { type DType, dtypeInfo } from '../dtype/index.ts';
import { apply, cast, type Expr, type Literal, literal } from './expr.ts';
import * as arithmetic from './lower/arithmetic.ts';
import * as exponential from './lower/exponential.ts';
import * as integer from './lower/integer.ts';
import { copysign } from './lower/parts.ts';
import * as special from './lower/special.ts';
import * as trigonometric from './lower/trigonometric.ts';
import type { ScalarOp } from './vocabulary.ts';

/** What a shader computes in; other dtypes are held in one of these. */
export type ShaderDType = 'bool' | 'int32' | 'float32';

/** What is particular to a target of {@link lower}. */
export interface ShaderTarget {
  /**
   * Operations on floats that the target does as the reference does them, special values included: they are left as
   * they are.
   */
  readonly exact?: ReadonlySet<ScalarOp>;
}

/** A rule that writes an operation with simpler ones, or `'basic'` where the target does it. */
type Rule = 'basic' | ((...args: Expr[]) => Expr);

const { exp, exp2, expm1, log, log1p, log2, log10, sinh, cosh, tanh, asinh, acosh, atanh, sigmoid, pow } =
  exponential;
const { sin, cos, tan, asin, acos, atan, atan2, hypot } = trigonometric;
const { erf, erfc, erfinv, lgamma, digamma } = special;
const { max, min, sign, round, fmod, remainder, floordiv, and, or, xor, not, eq, ne } = arithmetic;

const floatRules: { readonly [K in ScalarOp]: Rule } = {
  add: 'basic',
  sub: 'basic',
  mul: 'basic',
  div: 'basic',
  fmod,
  remainder,
  floordiv,
  pow,
  max,
  min,
  atan2,
  hypot,
  copysign,
  nextafter: 'basic',
  and,
  or,
  xor,
  shl: 'basic',
  shr: 'basic',
  gcd: 'basic',
  neg: 'basic',
  abs: 'basic',
  sign,
  not,
  floor: 'basic',
  ceil: 'basic',
  round,
  trunc: 'basic',
  sqrt: 'basic',
  exp,
  exp2,
  expm1,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  sigmoid,
  erf,
  erfc,
  erfinv,
  lgamma,
  digamma,
  eq,
  ne,
  lt: 'basic',
  le: 'basic',
  isnan: 'basic',
  signbit: 'basic',
  where: 'basic',
};

const intRules: { readonly [K in ScalarOp]?: Rule } = {
  div: integer.div,
  fmod: integer.fmod,
  remainder: integer.remainder,
  floordiv: integer.floordiv,
  max: integer.max,
  min: integer.min,
  sign,
  signbit: integer.signbit,
};

const boolRules: { readonly [K in ScalarOp]?: Rule } = integer.bool;

/** Operations on integers whose result may leave the range of its arguments' dtype. */
const overflowing: ReadonlySet<ScalarOp> = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'floordiv',
  'pow',
  'shl',
  'neg',
  'abs',
  'not',
]);

/** What a dtype's arithmetic is done in on a shader target. */
export function shaderDType(dtype: DType): ShaderDType {
  const { category } = dtypeInfo[dtype];
  return category === 'bool' ? 'bool' : category === 'int' ? 'int32' : 'float32';
}

/**
 * An expression for targets that compute in bool, int32 and float32 only, and whose arithmetic cannot be trusted with
 * special values, large arguments or the last bits: the same meaning, up to rounding, from operations that can.
 *
 * Dtypes: every node of the result is bool, int32 or float32. Floats are float32. Integers are int32, wrapped to their
 * own width after each operation that can leave it; an int64 keeps its low 32 bits, so its values must fit
 * them; literals that do not are the nearest that do. A
 * load keeps `stored`, which is what its buffer holds, and is expected as its node's `dtype`.
 *
 * What the target has to do, and nothing else:
 * - float32: `add sub mul div neg abs floor ceil trunc sqrt lt le eq where` as IEEE has them (subnormal numbers may
 *   flush, the last place of `div` and `sqrt` may differ); `exp2` of integers from -80 to 80 exactly; `log2` of positive
 *   normal numbers to within 0.01; `isnan`, `signbit` and `nextafter`, by looking at bits where optimisers assume that
 *   there is no NaN; `sin`, `cos` and `tan` of magnitudes from 51000 on, as well as it can; literals NaN, ±Infinity and -0
 * - int32: `add sub mul neg abs and or xor not shl shr lt le eq ne where`, wrapping; `div` truncated, never by 0;
 *   `pow` and `gcd`
 * - bool: `and or xor not where`
 * - casts: int32 to float32; float32 to int32 truncated and always in range; bool to both, as 0 and 1
 */
export function lower(root: Expr, target: ShaderTarget = {}): Expr {
  const done = new Map<Expr, Expr>();
  const go = (node: Expr): Expr => {
    let result = done.get(node);
    if (result === undefined) {
      result = lowerNode(node, target, go);
      done.set(node, result);
    }
    return result;
  };
  return go(root);
}

function lowerNode(node: Expr, target: ShaderTarget, go: (node: Expr) => Expr): Expr {
  switch (node.kind) {
    case 'load':
    case 'param':
    case 'position':
      return { ...node, dtype: shaderDType(node.dtype) };
    case 'const':
      return literal(shaderLiteral(node.value), shaderDType(node.dtype));
    case 'cast':
      return lowerCast(go(node.arg), node.arg.dtype, node.dtype);
    case 'apply':
      return lowerApply(node.op, node.args.map(go), node.args.at(-1)!.dtype, target);
  }
}

/**
 * A launch scalar or literal in the form that shader targets take: an int64 beyond 32 bits, which stands for a limit, is
 * the limit there.
 */
export function shaderLiteral(value: Literal): number | boolean {
  return typeof value === 'bigint' ? Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(value))) : value;
}

function lowerCast(arg: Expr, from: DType, to: DType): Expr {
  const own = shaderDType(to);
  if (own === 'bool') return arg.dtype === 'bool' ? arg : apply('not', [apply('eq', [arg, 0])]);
  if (own === 'float32') return cast(arg, own);
  const whole = arg.dtype === 'float32' ? integer.fromFloat(arg) : cast(arg, own);
  const narrow = isNarrow(to) && !(from === 'bool' || from === to || (from === 'uint8' && to === 'int16'));
  return narrow ? integer.wrap(whole, to) : whole;
}

type Narrow = 'uint8' | 'int8' | 'int16';

const isNarrow = (dtype: DType): dtype is Narrow =>
  dtype === 'uint8' || dtype === 'int8' || dtype === 'int16';

function lowerApply(op: ScalarOp, args: readonly Expr[], dtype: DType, target: ShaderTarget): Expr {
  const own = shaderDType(dtype);
  if (own === 'float32' && target.exact?.has(op)) return apply(op, args);
  if (dtype === 'int64' && op === 'shl') return integer.shl64(args[0]!, args[1]!);
  if (dtype === 'int64' && op === 'shr') return integer.shr64(args[0]!, args[1]!);
  const rule = ruleFor(op, own);
  const value = rule === 'basic' ? apply(op, args) : rule(...args);
  return isNarrow(dtype) && overflowing.has(op) ? integer.wrap(value, dtype) : value;
}

function ruleFor(op: ScalarOp, dtype: ShaderDType): Rule {
  if (dtype === 'float32') return floatRules[op];
  return (dtype === 'bool' ? boolRules : intRules)[op] ?? 'basic';
}
