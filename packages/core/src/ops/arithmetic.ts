import { type DType, dtypes, isFloatingPoint, isInteger } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  type BinaryOp,
  binary,
  type Expr,
  type InputGrad,
  type Operand,
  pointwise,
  s,
  Tensor,
} from '../extend/index.ts';
import { refuse } from './dtype-rules.ts';

/** Keyword arguments of {@link add} and {@link sub}. */
export interface AlphaOptions {
  /** Multiplies `other` first. Default 1. */
  readonly alpha?: number;
}

const notIntegers: readonly DType[] = dtypes.filter((dtype) => !isInteger(dtype));

const addRecord = pointwise('add', {
  forward: (a, b) => (a.dtype === 'bool' ? s.or(a, b) : s.add(a, b)),
  grads: [{ vjp: (g) => g }, { vjp: (g) => g }],
});

const addScaled = pointwise<2, number>('add', {
  forward: (a, b, alpha) => s.add(a, s.mul(b, s.cast(alpha!, b.dtype))),
  grads: [{ vjp: (g) => g }, { vjp: (g, c) => g.mul(c.attrs) }],
});

const subCheck = (dtype: DType, operands: readonly Operand[]): void => {
  const isBool = (x: Operand): boolean => (x instanceof Tensor ? x.dtype === 'bool' : typeof x === 'boolean');
  if (dtype === 'bool' || operands.some(isBool)) fail('dtype/bool-sub', { both: operands.every(isBool) });
};

const subRecord = pointwise('sub', {
  forward: (a, b) => s.sub(a, b),
  grads: [{ vjp: (g) => g }, { vjp: (g) => g.neg() }],
  check: subCheck,
});

const subScaled = pointwise<2, number>('sub', {
  forward: (a, b, alpha) => s.sub(a, s.mul(b, s.cast(alpha!, b.dtype))),
  grads: [{ vjp: (g) => g }, { vjp: (g, c) => g.mul(-c.attrs) }],
  check: subCheck,
});

const rsubRecord = pointwise<2, number>('rsub', {
  node: 'RsubBackward1',
  forward: (a, b, alpha) => s.sub(b, s.mul(a, s.cast(alpha!, a.dtype))),
  grads: [{ vjp: (g, c) => g.mul(-c.attrs) }, { vjp: (g) => g }],
  check: subCheck,
});

/** self + alpha · other. */
export const add: AlphaOp = alphaOp(addRecord, addScaled);

/** self - alpha · other. Bools are refused. */
export const sub: AlphaOp = alphaOp(subRecord, subScaled);

/** other - alpha · self. */
export function rsub(self: Tensor, other: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor {
  return rsubRecord.call([self, other], alpha, [alpha]);
}

/** A binary operation with PyTorch's `alpha`. */
interface AlphaOp {
  (self: Tensor, other: Operand, options?: AlphaOptions): Tensor;
  readonly inPlace: (self: Tensor, other: Operand, options?: AlphaOptions) => Tensor;
}

function alphaOp(plain: typeof addRecord, scaled: typeof addScaled): AlphaOp {
  return Object.assign(
    (self: Tensor, other: Operand, options?: AlphaOptions): Tensor => {
      const alpha = options?.alpha ?? 1;
      if (alpha === 1) return plain.call2(self, other, undefined);
      checkAlpha(alpha, self, other);
      return scaled.call([self, other], alpha, [alpha]);
    },
    {
      inPlace: (self: Tensor, other: Operand, options?: AlphaOptions): Tensor => {
        const alpha = options?.alpha ?? 1;
        if (alpha === 1) return plain.callInPlace([self, other], undefined);
        checkAlpha(alpha, self, other);
        return scaled.callInPlace([self, other], alpha, [alpha]);
      },
    },
  );
}

function checkAlpha(alpha: number, ...operands: readonly Operand[]): void {
  const floating = operands.some((x) =>
    x instanceof Tensor ? isFloatingPoint(x.dtype) : !Number.isInteger(Number(x)),
  );
  if (!floating && !Number.isInteger(alpha)) {
    fail('op/argument', {
      text: 'For integral input tensors, argument alpha must not be a floating point number.',
    });
  }
}

/** self · other. */
export const mul: BinaryOp = binary('mul', {
  forward: (a, b) => (a.dtype === 'bool' ? s.and(a, b) : s.mul(a, b)),
  grads: [
    { in: [1], vjp: (g, c) => g.mul(c.operand(1)) },
    { in: [0], vjp: (g, c) => g.mul(c.operand(0)) },
  ],
});

const divGrads: readonly InputGrad[] = [
  { in: [1], vjp: (g, c) => g.div(c.operand(1)) },
  {
    in: [0, 1],
    vjp: (g, c) => {
      const other = c.input(1);
      return g.neg().mul(other.rdivBy(c.operand(0)).div(other));
    },
  },
];

const trueDivide: BinaryOp = binary('div', {
  promotion: 'float',
  forward: (a, b) => s.div(a, b),
  grads: divGrads,
});

/** Keyword arguments of {@link div}. */
export interface DivOptions {
  /** Rounds the quotient: toward zero, or down. Default: not at all. */
  readonly roundingMode?: 'trunc' | 'floor' | null;
}

const truncDivide: BinaryOp = binary('div', {
  node: 'DivBackward2',
  forward: (a, b) => (isFloatingPoint(a.dtype) ? s.trunc(s.div(a, b)) : s.div(a, b)),
  grads: 'zero',
  check: integerDivision('div_trunc_cpu'),
});

const floorDivideRounded: BinaryOp = binary('div', {
  node: 'DivBackward2',
  forward: (a, b) => s.floordiv(a, b),
  grads: 'zero',
  check: integerDivision('div_floor_cpu'),
});

const plainFloorDivide: BinaryOp = binary('floor_divide', {
  node: 'NotImplemented',
  forward: (a, b) => s.floordiv(a, b),
  grads: [notDifferentiable('aten::floor_divide'), notDifferentiable('aten::floor_divide')],
  check: integerDivision('div_floor_cpu'),
});

function notDifferentiable(op: string): InputGrad {
  return { vjp: () => fail('autograd/not-implemented', { op }) };
}

/** self / other: true division, so integers give the default dtype, unless `roundingMode` asks for whole quotients. */
export const div: DivOp = Object.assign(
  (self: Tensor, other: Operand, options?: DivOptions): Tensor => divisionFor(options)(self, other),
  {
    inPlace: (self: Tensor, other: Operand, options?: DivOptions): Tensor =>
      divisionFor(options).inPlace(self, other),
  },
);

interface DivOp {
  (self: Tensor, other: Operand, options?: DivOptions): Tensor;
  readonly inPlace: (self: Tensor, other: Operand, options?: DivOptions) => Tensor;
}

function divisionFor(options: DivOptions | undefined): BinaryOp {
  const mode = options?.roundingMode ?? undefined;
  if (mode === undefined) return trueDivide;
  if (mode === 'trunc') return truncDivide;
  if (mode === 'floor') return floorDivideRounded;
  return fail('op/argument', {
    text: `div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${String(mode)}'`,
  });
}

/** other / self, for a scalar `other`. */
export function rdivBy(self: Tensor, other: Operand): Tensor {
  return other instanceof Tensor ? other.div(self) : self.reciprocal().mul(other);
}

/** Python's //: rounds down. Has no derivative, as in PyTorch. */
export const floorDivide: BinaryOp = plainFloorDivide;

/** Refuses bools, for which PyTorch has no kernel, and integer divisors that are 0. */
function integerDivision(kernel: string): (dtype: DType, operands: readonly Operand[]) => void {
  return (dtype, operands) => {
    if (dtype === 'bool') fail('dtype/not-implemented', { kernel, dtype: 'Bool' });
    if (!isFloatingPoint(dtype)) refuseZeroDivisor(operands[1]!);
  };
}

function refuseZeroDivisor(divisor: Operand): void {
  if (!(divisor instanceof Tensor)) {
    if (Number(divisor) === 0) fail('op/zero-division', {});
  } else if (
    divisor.backend.manifest.syncRead &&
    divisor.numel() > 0 &&
    divisor.eq(0).any().item() === true
  ) {
    fail('op/zero-division', {});
  }
}

/** Remainder with the sign of the divisor, Python's %. */
export const remainder: BinaryOp = binary('remainder', {
  forward: (a, b) => s.remainder(a, b),
  grads: [
    { vjp: (g) => g },
    { in: [0, 1], vjp: (g, c) => g.neg().mul(c.input(0).div(c.operand(1), { roundingMode: 'floor' })) },
  ],
  check: integerDivision('remainder_cpu'),
});

/** Remainder with the sign of the dividend, C's fmod. */
export const fmod: BinaryOp = binary('fmod', {
  forward: (a, b) => s.fmod(a, b),
  grads: [
    { vjp: (g) => g },
    { in: [0, 1], vjp: (g, c) => g.neg().mul(c.input(0).div(c.operand(1), { roundingMode: 'trunc' })) },
  ],
  check: integerDivision('fmod_cpu'),
});

const powTensors = pointwise('pow', {
  node: 'PowBackward1',
  forward: (a, b) => powExpr(a, b),
  check: refuse('pow', ['bool']),
  grads: [
    { in: [0, 1], vjp: (g, c) => powSelfGrad(g, c.input(0), c.operand(1)) },
    {
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
    },
  ],
});

const powScalarExponent = pointwise('pow', {
  forward: (a, b) => powExpr(a, b),
  grads: [{ in: [0, 1], vjp: (g, c) => powSelfGrad(g, c.input(0), c.operand(1)) }, null],
});

const powScalarBase = pointwise('pow', {
  node: 'PowBackward2',
  forward: (a, b) => powExpr(a, b),
  grads:
    powTensors.spec.gradient !== undefined && 'grads' in powTensors.spec.gradient
      ? powTensors.spec.gradient.grads
      : [],
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
    inPlace: (self: Tensor, exponent: Operand): Tensor =>
      powRecord(self, exponent).callInPlace([self, exponent], undefined),
  },
);

interface PowOp {
  (self: Operand, exponent: Operand): Tensor;
  readonly inPlace: (self: Tensor, exponent: Operand) => Tensor;
}

function powRecord(self: Operand, exponent: Operand): typeof powTensors {
  if (!(self instanceof Tensor)) return powScalarBase;
  if (exponent instanceof Tensor) return powTensors;
  const isInt = typeof exponent === 'bigint' || Number.isInteger(Number(exponent));
  if (!isFloatingPoint(self.dtype) && isInt && Number(exponent) < 0) fail('dtype/int-pow', {});
  return powScalarExponent;
}

/** Elementwise larger of two; NaN wins. A tie sends half of the gradient to each. */
export const maximum: BinaryOp = binary('maximum', {
  forward: (a, b) => s.max(a, b),
  grads: extremeGrads(
    (self, other) => self.ge(other),
    (self, other) => self.gt(other),
  ),
});

/** Elementwise smaller of two; NaN wins. A tie sends half of the gradient to each. */
export const minimum: BinaryOp = binary('minimum', {
  forward: (a, b) => s.min(a, b),
  grads: extremeGrads(
    (self, other) => self.le(other),
    (self, other) => self.lt(other),
  ),
});

type Comparison = (self: Tensor, other: Tensor) => Tensor;

function extremeGrads(atLeast: Comparison, beyond: Comparison): readonly InputGrad[] {
  const side = (mine: 0 | 1): InputGrad => ({
    in: [0, 1],
    vjp: (g, c) => {
      const self = c.input(mine);
      const other = c.input(1 - mine);
      return g
        .maskedFill(atLeast(other, self), 0)
        .add(g.div(2).maskedFill(self.ne(other), 0))
        .maskedFill(beyond(other, self), 0);
    },
  });
  return [side(0), side(1)];
}

/** Elementwise larger of two, ignoring NaN where the other is a number. A tie sends the gradient to the first. */
export const fmax: BinaryOp = binary('fmax', {
  forward: (a, b) => ignoringNaN(a, b, s.max(a, b)),
  grads: [
    { in: [0, 1], vjp: (g, c) => g.maskedFill(takesFirst(c.input(0), c.input(1), 'ge').logicalNot(), 0) },
    { in: [0, 1], vjp: (g, c) => g.maskedFill(takesFirst(c.input(0), c.input(1), 'ge'), 0) },
  ],
});

/** Elementwise smaller of two, ignoring NaN where the other is a number. A tie sends the gradient to the first. */
export const fmin: BinaryOp = binary('fmin', {
  forward: (a, b) => ignoringNaN(a, b, s.min(a, b)),
  grads: [
    { in: [0, 1], vjp: (g, c) => g.maskedFill(takesFirst(c.input(0), c.input(1), 'le').logicalNot(), 0) },
    { in: [0, 1], vjp: (g, c) => g.maskedFill(takesFirst(c.input(0), c.input(1), 'le'), 0) },
  ],
});

function ignoringNaN(a: Expr, b: Expr, extreme: Expr): Expr {
  if (!isFloatingPoint(a.dtype)) return extreme;
  return s.where(s.isnan(a), b, s.where(s.isnan(b), a, extreme));
}

function takesFirst(a: Tensor, b: Tensor, compare: 'ge' | 'le'): Tensor {
  return a[compare](b).logicalOr(b.isnan());
}

/** The angle of the point (other, self), in radians. */
export const atan2: BinaryOp = binary('atan2', {
  promotion: 'float',
  forward: (a, b) => s.atan2(a, b),
  grads: [
    { in: [0, 1], vjp: (g, c) => g.mul(c.input(1).div(squaredNorm(c.input(0), c.input(1)))) },
    {
      in: [0, 1],
      vjp: (g, c) =>
        g.mul(
          c
            .input(0)
            .neg()
            .div(squaredNorm(c.input(0), c.input(1))),
        ),
    },
  ],
});

/** √(self² + other²) without overflow. */
export const hypot: BinaryOp = binary('hypot', {
  forward: (a, b) => s.hypot(a, b),
  check: refuse('hypot_cpu', 'integers'),
  grads: [
    { in: [0], out: [0], vjp: (g, c) => g.mul(c.input(0).div(c.output())) },
    { in: [1], out: [0], vjp: (g, c) => g.mul(c.input(1).div(c.output())) },
  ],
});

function squaredNorm(a: Tensor, b: Tensor): Tensor {
  return a.square().add(b.square());
}

/** The magnitude of self with the sign of other. */
export const copysign: BinaryOp = binary('copysign', {
  promotion: 'float',
  forward: (a, b) => s.copysign(a, b),
  grads: [
    {
      in: [0],
      out: [0],
      vjp: (g, c) => {
        const self = c.input(0);
        return g.mul(c.output().div(self).maskedFill(self.eq(0), 0));
      },
    },
    { vjp: (g) => g.zerosLike() },
  ],
});

/** The next representable number after self toward other. */
export const nextafter: BinaryOp = binary('nextafter', { forward: (a, b) => s.nextafter(a, b) });

/** log(e^self + e^other) without overflow. */
export const logaddexp: BinaryOp = binary('logaddexp', {
  forward: (a, b) => {
    const m = s.max(a, b);
    const stable = s.add(m, s.log1p(s.exp(s.neg(s.abs(s.sub(a, b))))));
    return s.where(s.isinf(m), s.max(a, b), stable);
  },
  grads: [
    { in: [0], out: [0], vjp: (g, c) => g.mul(c.input(0).sub(c.output()).exp()) },
    { in: [1], out: [0], vjp: (g, c) => g.mul(c.input(1).sub(c.output()).exp()) },
  ],
});

/** log2(2^self + 2^other) without overflow. */
export const logaddexp2: BinaryOp = binary('logaddexp2', {
  forward: (a, b) => {
    const m = s.max(a, b);
    const tail = s.mul(s.log1p(s.exp2(s.neg(s.abs(s.sub(a, b))))), Math.LOG2E);
    return s.where(s.isinf(m), m, s.add(m, tail));
  },
  grads: [
    { in: [0], out: [0], vjp: (g, c) => g.mul(c.input(0).sub(c.output()).exp2()) },
    { in: [1], out: [0], vjp: (g, c) => g.mul(c.input(1).sub(c.output()).exp2()) },
  ],
});

/** self · log(other), 0 where self is 0. */
export const xlogy: BinaryOp = binary('xlogy', {
  promotion: 'float',
  forward: (a, b) => s.where(s.isnan(b), b, s.where(s.eq(a, 0), s.literal(0, a.dtype), s.mul(a, s.log(b)))),
  grads: [
    {
      in: [0, 1],
      vjp: (g, c) => {
        const other = c.input(1);
        return g.mul(other.log().maskedFill(c.input(0).eq(0).logicalAnd(other.le(0)), 0));
      },
    },
    { in: [0, 1], vjp: (g, c) => g.mul(c.input(1).reciprocal().mul(c.operand(0))) },
  ],
});

/** 0 for negative self, `values` at 0, 1 for positive self. Has no derivative. */
export const heaviside: BinaryOp = binary('heaviside', {
  forward: (a, values) =>
    a.dtype === 'bool'
      ? s.or(a, s.and(s.not(a), values))
      : s.where(s.eq(a, 0), values, s.where(s.lt(a, 0), s.literal(0, a.dtype), s.literal(1, a.dtype))),
  grads: 'zero',
});

/** self · 2^other. */
export function ldexp(self: Tensor, other: Tensor): Tensor {
  return self.mul(pow(2, other.to(isFloatingPoint(other.dtype) ? other.dtype : 'float32')));
}

/** Greatest common divisor, elementwise, not negative. */
export const gcd: BinaryOp = binary('gcd', { forward: (a, b) => s.gcd(a, b) });

/** Least common multiple, elementwise, not negative. */
export const lcm: BinaryOp = binary('lcm', {
  forward: (a, b) => {
    const divisor = s.gcd(a, b);
    const zero = s.eq(divisor, 0);
    const one = s.literal(1, a.dtype);
    return s.where(zero, divisor, s.abs(s.mul(s.div(a, s.where(zero, one, divisor)), b)));
  },
});

export const bitwiseAnd: BinaryOp = binary('bitwise_and', {
  forward: (a, b) => s.and(a, b),
  check: refuse('bitwise_and_cpu', 'floats'),
});
export const bitwiseOr: BinaryOp = binary('bitwise_or', {
  forward: (a, b) => s.or(a, b),
  check: refuse('bitwise_or_cpu', 'floats'),
});
export const bitwiseXor: BinaryOp = binary('bitwise_xor', {
  forward: (a, b) => s.xor(a, b),
  check: refuse('bitwise_xor_cpu', 'floats'),
});
export const bitwiseLeftShift: BinaryOp = binary('bitwise_left_shift', {
  forward: (a, b) => s.shl(a, b),
  check: refuse('lshift_cpu', notIntegers),
});
export const bitwiseRightShift: BinaryOp = binary('bitwise_right_shift', {
  forward: (a, b) => s.shr(a, b),
  check: refuse('rshift_cpu', notIntegers),
});

const logical = (name: string, combine: (a: Expr, b: Expr) => Expr): BinaryOp =>
  binary(name, { promotion: 'bool', forward: (a, b) => combine(s.cast(a, 'bool'), s.cast(b, 'bool')) });

export const logicalAnd: BinaryOp = logical('logical_and', (a, b) => s.and(a, b));
export const logicalOr: BinaryOp = logical('logical_or', (a, b) => s.or(a, b));
export const logicalXor: BinaryOp = logical('logical_xor', (a, b) => s.xor(a, b));

const compare = (name: string, forward: (a: Expr, b: Expr) => Expr): BinaryOp =>
  binary(name, { promotion: 'bool', forward: (a, b) => forward(a!, b!) });

export const eq: BinaryOp = compare('eq', (a, b) => s.eq(a, b));
export const ne: BinaryOp = compare('ne', (a, b) => s.ne(a, b));
export const lt: BinaryOp = compare('lt', (a, b) => s.lt(a, b));
export const le: BinaryOp = compare('le', (a, b) => s.le(a, b));
export const gt: BinaryOp = compare('gt', (a, b) => s.lt(b, a));
export const ge: BinaryOp = compare('ge', (a, b) => s.le(b, a));

/** What may stand where PyTorch takes a tensor or a number. */
export type OperandLike = Operand;
