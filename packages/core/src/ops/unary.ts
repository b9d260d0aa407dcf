import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { s, type Tensor, type UnaryOp, unary } from '../extend/index.ts';
import { identityForIntegers, refuse } from './internal/dtype-rules.ts';
import { reluSlope, sigmoidSlope, tanhSlope } from './internal/slopes.ts';

const SQRT_PI = Math.sqrt(Math.PI);
const LN2 = Math.LN2;
const LN10 = Math.LN10;

/** -x; unsigned integers wrap. Bool is refused. */
export const neg: UnaryOp = unary('neg', {
  forward: (x) => s.neg(x),
  grads: [{ vjp: (g) => g.neg() }],
  check: (dtype) => {
    if (dtype === 'bool') fail('dtype/bool-neg', {});
  },
});

/** |x|; the gradient at 0 is 0. */
export const abs: UnaryOp = unary('abs', {
  forward: (x) => s.abs(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).sign()) }],
  unsupported: refuse('abs_cpu', ['bool']),
});

/** -1, 0 or 1; NaN gives 0. Gradient 0. */
export const sign: UnaryOp = unary('sign', {
  forward: (x) => (x.dtype === 'bool' ? x : s.sign(x)),
  grads: 'zero',
});

/** As {@link sign}, but NaN stays NaN. */
export const sgn: UnaryOp = unary('sgn', {
  forward: (x) => (x.dtype === 'bool' ? x : s.sign(x)),
  grads: 'zero',
});

/** Rounded down. Gradient 0. */
export const floor: UnaryOp = unary('floor', {
  forward: identityForIntegers((x) => s.floor(x)),
  grads: 'zero',
  unsupported: refuse('floor_vml_cpu', ['bool']),
});

/** Rounded up. Gradient 0. */
export const ceil: UnaryOp = unary('ceil', {
  forward: identityForIntegers((x) => s.ceil(x)),
  grads: 'zero',
  unsupported: refuse('ceil_vml_cpu', ['bool']),
});

/** Rounded toward zero. Gradient 0. */
export const trunc: UnaryOp = unary('trunc', {
  forward: identityForIntegers((x) => s.trunc(x)),
  grads: 'zero',
  unsupported: refuse('trunc_vml_cpu', ['bool']),
});

/** x - trunc(x). */
export const frac: UnaryOp = unary('frac', {
  forward: (x) => s.sub(x, s.trunc(x)),
  grads: [{ vjp: (g) => g }],
  unsupported: refuse('frac_cpu', 'integers'),
});

/** The square root; its gradient at 0 is infinite. */
export const sqrt: UnaryOp = unary('sqrt', {
  promotion: 'float',
  forward: (x) => s.sqrt(x),
  grads: [{ out: [0], vjp: (g, c) => g.div(c.output().mul(2)) }],
});

/** 1 / √x. */
export const rsqrt: UnaryOp = unary('rsqrt', {
  promotion: 'float',
  forward: (x) => s.div(1, s.sqrt(x)),
  grads: [{ out: [0], vjp: (g, c) => g.mul(c.output().pow(3)).mul(-0.5) }],
});

/** 1 / x. */
export const reciprocal: UnaryOp = unary('reciprocal', {
  promotion: 'float',
  forward: (x) => s.div(1, x),
  grads: [{ out: [0], vjp: (g, c) => g.neg().mul(c.output().mul(c.output())) }],
});

const squareNumber: UnaryOp = unary('square', {
  node: 'PowBackward0',
  forward: (x) => s.mul(x, x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).mul(2)) }],
});

/** x², which is x to the power of an int64: bools give int64. */
export const square: UnaryOp = Object.assign(
  (self: Tensor) => squareNumber(self.dtype === 'bool' ? self.to('int64') : self),
  {
    inPlace: (self: Tensor) => (self.dtype === 'bool' ? self.pow_(2) : squareNumber.inPlace(self)),
  },
);

/** e^x. */
export const exp: UnaryOp = unary('exp', {
  promotion: 'float',
  forward: (x) => s.exp(x),
  grads: [{ out: [0], vjp: (g, c) => g.mul(c.output()) }],
});

/** 2^x. */
export const exp2: UnaryOp = unary('exp2', {
  promotion: 'float',
  forward: (x) => s.exp2(x),
  grads: [{ out: [0], vjp: (g, c) => g.mul(c.output()).mul(LN2) }],
});

/** e^x - 1, accurate near 0. */
export const expm1: UnaryOp = unary('expm1', {
  promotion: 'float',
  forward: (x) => s.expm1(x),
  grads: [{ out: [0], vjp: (g, c) => g.mul(c.output().add(1)) }],
});

/** The natural logarithm. */
export const log: UnaryOp = unary('log', {
  promotion: 'float',
  forward: (x) => s.log(x),
  grads: [{ in: [0], vjp: (g, c) => g.div(c.input(0)) }],
});

/** log(1 + x), accurate near 0. */
export const log1p: UnaryOp = unary('log1p', {
  promotion: 'float',
  forward: (x) => s.log1p(x),
  grads: [{ in: [0], vjp: (g, c) => g.div(c.input(0).add(1)) }],
});

/** The logarithm to base 2. */
export const log2: UnaryOp = unary('log2', {
  promotion: 'float',
  forward: (x) => s.log2(x),
  grads: [{ in: [0], vjp: (g, c) => g.div(c.input(0).mul(LN2)) }],
});

/** The logarithm to base 10. */
export const log10: UnaryOp = unary('log10', {
  promotion: 'float',
  forward: (x) => s.log10(x),
  grads: [{ in: [0], vjp: (g, c) => g.div(c.input(0).mul(LN10)) }],
});

export const sin: UnaryOp = unary('sin', {
  promotion: 'float',
  forward: (x) => s.sin(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).cos()) }],
});

export const cos: UnaryOp = unary('cos', {
  promotion: 'float',
  forward: (x) => s.cos(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).sin().neg()) }],
});

export const tan: UnaryOp = unary('tan', {
  promotion: 'float',
  forward: (x) => s.tan(x),
  grads: [{ out: [0], vjp: (g, c) => g.mul(c.output().square().add(1)) }],
});

export const asin: UnaryOp = unary('asin', {
  promotion: 'float',
  forward: (x) => s.asin(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(oneMinusSquare(c.input(0)).rsqrt()) }],
});

export const acos: UnaryOp = unary('acos', {
  promotion: 'float',
  forward: (x) => s.acos(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(oneMinusSquare(c.input(0)).rsqrt().neg()) }],
});

export const atan: UnaryOp = unary('atan', {
  promotion: 'float',
  forward: (x) => s.atan(x),
  grads: [{ in: [0], vjp: (g, c) => g.div(c.input(0).square().add(1)) }],
});

export const sinh: UnaryOp = unary('sinh', {
  promotion: 'float',
  forward: (x) => s.sinh(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).cosh()) }],
});

export const cosh: UnaryOp = unary('cosh', {
  promotion: 'float',
  forward: (x) => s.cosh(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).sinh()) }],
});

/** The hyperbolic tangent; d tanh = 1 - tanh². */
export const tanh: UnaryOp = unary('tanh', {
  promotion: 'float',
  forward: (x) => s.tanh(x),
  grads: [{ out: [0], vjp: (g, c) => tanhSlope(g, c.output()) }],
});

export const asinh: UnaryOp = unary('asinh', {
  promotion: 'float',
  forward: (x) => s.asinh(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).square().add(1).rsqrt()) }],
});

export const acosh: UnaryOp = unary('acosh', {
  promotion: 'float',
  forward: (x) => s.acosh(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).square().sub(1).rsqrt()) }],
});

export const atanh: UnaryOp = unary('atanh', {
  promotion: 'float',
  forward: (x) => s.atanh(x),
  grads: [{ in: [0], vjp: (g, c) => g.div(oneMinusSquare(c.input(0))) }],
});

/** 1 / (1 + e^-x). */
export const sigmoid: UnaryOp = unary('sigmoid', {
  promotion: 'float',
  forward: (x) => s.sigmoid(x),
  grads: [{ out: [0], vjp: (g, c) => sigmoidSlope(g, c.output()) }],
});

/** The error function. */
export const erf: UnaryOp = unary('erf', {
  promotion: 'float',
  forward: (x) => s.erf(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(gaussian(c.input(0)).mul(2 / SQRT_PI)) }],
});

/** 1 - erf(x), accurate for large x. */
export const erfc: UnaryOp = unary('erfc', {
  promotion: 'float',
  forward: (x) => s.erfc(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(gaussian(c.input(0)).mul(-2 / SQRT_PI)) }],
});

/** The inverse of {@link erf}. */
export const erfinv: UnaryOp = unary('erfinv', {
  promotion: 'float',
  forward: (x) => s.erfinv(x),
  grads: [
    {
      in: [0],
      vjp: (g, c) =>
        g.mul(
          c
            .input(0)
            .erfinv()
            .square()
            .exp()
            .mul(SQRT_PI / 2),
        ),
    },
  ],
});

/** log |Γ(x)|. */
export const lgamma: UnaryOp = unary('lgamma', {
  promotion: 'float',
  forward: (x) => s.lgamma(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).digamma()) }],
});

/** The rectified linear unit max(x, 0): NaN stays NaN with gradient 1, the gradient at 0 is 0. */
export const relu: UnaryOp = unary('relu', {
  forward: (x) => s.relu(x),
  grads: [{ out: [0], vjp: (g, c) => reluSlope(g, c.output()) }],
  check: (dtype) => {
    if (dtype === 'bool') fail('op/argument', { text: 'Boolean inputs not supported for relu' });
  },
});

/** Multiplied by 180 / π. */
export const rad2deg: UnaryOp = unary('rad2deg', {
  promotion: 'float',
  forward: (x) => s.mul(x, 180 / Math.PI),
  grads: [{ vjp: (g) => g.mul(180 / Math.PI) }],
});

/** Multiplied by π / 180. */
export const deg2rad: UnaryOp = unary('deg2rad', {
  promotion: 'float',
  forward: (x) => s.mul(x, Math.PI / 180),
  grads: [{ vjp: (g) => g.mul(Math.PI / 180) }],
});

/** !x elementwise; numbers count as true unless 0. */
export const logicalNot: UnaryOp = unary('logical_not', {
  promotion: 'bool',
  forward: (x) => s.not(s.cast(x, 'bool')),
});

/** ~x; logical on bool, bitwise on integers. */
export const bitwiseNot: UnaryOp = unary('bitwise_not', {
  forward: (x) => s.not(x),
  unsupported: refuse('bitwise_not_cpu', 'floats'),
});

export const isnan: UnaryOp = unary('isnan', { promotion: 'bool', forward: (x) => s.ne(x, x) });

export const isinf: UnaryOp = unary('isinf', {
  promotion: 'bool',
  forward: (x) => (isFloatingPoint(x.dtype) ? s.isinf(x) : s.ne(x, x)),
});

export const isposinf: UnaryOp = unary('isposinf', {
  promotion: 'bool',
  forward: (x) => (isFloatingPoint(x.dtype) ? s.eq(x, Number.POSITIVE_INFINITY) : s.ne(x, x)),
});

export const isneginf: UnaryOp = unary('isneginf', {
  promotion: 'bool',
  forward: (x) => (isFloatingPoint(x.dtype) ? s.eq(x, Number.NEGATIVE_INFINITY) : s.ne(x, x)),
});

export const isfinite: UnaryOp = unary('isfinite', {
  promotion: 'bool',
  forward: (x) => (isFloatingPoint(x.dtype) ? s.lt(s.abs(x), Number.POSITIVE_INFINITY) : s.eq(x, x)),
});

/** True for negative numbers and -0. */
export const signbit: UnaryOp = unary('signbit', {
  promotion: 'bool',
  forward: (x) => (x.dtype === 'bool' ? s.ne(x, x) : s.signbit(x)),
});

/** sin(πx) / (πx), 1 at 0. */
export const sinc: UnaryOp = unary('sinc', {
  promotion: 'float',
  forward: (x) =>
    s.where(s.eq(x, 0), s.literal(1, x.dtype), s.div(s.sin(s.mul(x, Math.PI)), s.mul(x, Math.PI))),
  grads: [
    {
      in: [0],
      vjp: (g, c) => {
        const x = c.input(0);
        const p = x.mul(Math.PI);
        return g.mul(p.mul(p.cos()).sub(p.sin()).div(p.mul(x))).maskedFill(x.eq(0), 0);
      },
    },
  ],
});

/** The logarithmic derivative of Γ. */
export const digamma: UnaryOp = unary('digamma', {
  promotion: 'float',
  forward: (x) => s.digamma(x),
  grads: [{ in: [0], vjp: (g, c) => g.mul(c.input(0).polygamma(1)) }],
});

function oneMinusSquare(x: Tensor): Tensor {
  return x.square().neg().add(1);
}

function gaussian(x: Tensor): Tensor {
  return x.square().neg().exp();
}
