import { apply, cast, type Expr, literal } from './expr.ts';
import { type ScalarOp, scalarOps } from './vocabulary.ts';

type Operand = Expr | number;

/** One function per scalar operation, named after it. Numbers take the dtype of the other operands. */
export type Builder = {
  readonly [K in ScalarOp]: (...operands: readonly Operand[]) => Expr;
};

const rows = Object.fromEntries(
  (Object.keys(scalarOps) as ScalarOp[]).map((op) => [op, (...operands: Operand[]) => apply(op, operands)]),
) as Builder;

const gt = (a: Operand, b: Operand): Expr => rows.lt(b, a);
const ge = (a: Operand, b: Operand): Expr => rows.le(b, a);
const square = (x: Expr): Expr => rows.mul(x, x);
const reciprocal = (x: Expr): Expr => rows.div(1, x);
/** Rectified linear unit that lets NaN through. */
const relu = (x: Expr): Expr => rows.max(x, 0);
/** `min(max(x, low), high)`: NaN anywhere gives NaN, and `low > high` gives `high`. */
const clamp = (x: Expr, low: Operand, high: Operand): Expr => rows.min(rows.max(x, low), high);
const isinf = (x: Expr): Expr => rows.eq(rows.abs(x), Number.POSITIVE_INFINITY);

/** What op records write their scalar expressions with: the vocabulary and what is made from it. */
export const s: Builder & {
  readonly gt: typeof gt;
  readonly ge: typeof ge;
  readonly square: typeof square;
  readonly reciprocal: typeof reciprocal;
  readonly relu: typeof relu;
  readonly clamp: typeof clamp;
  readonly isinf: typeof isinf;
  readonly cast: typeof cast;
  readonly literal: typeof literal;
} = { ...rows, gt, ge, square, reciprocal, relu, clamp, isinf, cast, literal };
