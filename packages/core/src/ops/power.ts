import { dtypeInfo, isFloatingPoint, resultType, type Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type Expr, type InputGrad, type Operand, pointwise, s, Tensor } from '../extend/index.ts';
import { refuse } from './internal/dtype-rules.ts';

const exponentGrad: InputGrad<undefined> = {
  in: [0, 1],
  out: [0],
  vjp: (g, c) => {
    const base = c.operand(0);
    const exponent = c.input(1);
    const full =
      base instanceof Tensor
        ? g.mul(c.output().mul(base.log()))
        : g.mul(c.output().mul(Math.log(Number(base))));
    const zero =
      base instanceof Tensor ? base.eq(0) : exponent.newFull([], Number(base) === 0, { dtype: 'bool' });
    return full.maskedFill(zero.logicalAnd(exponent.ge(0)), 0);
  },
};

const powTensors = pointwise('pow', {
  node: 'PowBackward1',
  forward: (a, b) => powExpr(a, b),
  unsupported: refuse('pow', ['bool']),
  grads: [{ in: [0, 1], vjp: (g, c) => powSelfGrad(g, c.input(0), c.operand(1)) }, exponentGrad],
});

const powScalarExponent = pointwise('pow', {
  forward: (a, b) => powExpr(a, b),
  grads: [{ in: [0, 1], vjp: (g, c) => powSelfGrad(g, c.input(0), c.operand(1)) }, null],
});

const powScalarBase = pointwise('pow', {
  node: 'PowBackward2',
  forward: (a, b) => powExpr(a, b),
  grads: [null, exponentGrad],
});

function powExpr(a: Expr, b: Expr): Expr {
  return a.dtype === 'bool' ? s.or(a, s.not(b)) : s.pow(a, b);
}

function powSelfGrad(g: Tensor, self: Tensor, exponent: Operand): Tensor {
  if (!(exponent instanceof Tensor)) {
    const e = Number(exponent);
    return e === 0 ? g.zerosLike() : g.mul(self.pow(e - 1).mul(e));
  }
  return g.mul(exponent.mul(self.pow(exponent.sub(1)))).maskedFill(exponent.eq(0), 0);
}

/** self ** exponent. Integers to negative scalar powers are refused. */
export const pow: PowOp = Object.assign(
  (self: Operand, exponent: Operand): Tensor => powRecord(self, exponent).call([self, exponent], undefined),
  {
    inPlace: (self: Tensor, exponent: Operand): Tensor => {
      if (!(exponent instanceof Tensor)) fitsInto(self, exponent);
      return powRecord(self, exponent).callInPlace([self, exponent], undefined);
    },
  },
);

interface PowOp {
  (self: Operand, exponent: Operand): Tensor;
  readonly inPlace: (self: Tensor, exponent: Operand) => Tensor;
}

/** PyTorch words it of its own here that fractions do not fit. */
function fitsInto(self: Tensor, exponent: Scalar): void {
  const result = resultType(self, exponent);
  if (result === self.dtype) return;
  const text = `Found dtype ${dtypeInfo[self.dtype].title} but expected ${dtypeInfo[result].title}`;
  fail('dtype/same', { text });
}

function powRecord(self: Operand, exponent: Operand): typeof powTensors {
  if (!(self instanceof Tensor)) return powScalarBase;
  if (exponent instanceof Tensor) return powTensors;
  const isInt = typeof exponent === 'bigint' || Number.isInteger(Number(exponent));
  if (!isFloatingPoint(self.dtype) && isInt && Number(exponent) < 0) fail('dtype/int-pow', {});
  return powScalarExponent;
}
