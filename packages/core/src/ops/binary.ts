import { finfo, isFloatingPoint, resultType } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  type BinaryOp,
  binary,
  binaryOfTensors,
  byOther,
  checkOperands,
  type Expr,
  s,
  Tensor,
  type TensorBinaryOp,
} from '../extend/index.ts';
import { notIntegers } from './arithmetic.ts';
import { refuse } from './internal/dtype-rules.ts';
import { pow } from './power.ts';

/** The angle of the point (other, self), in radians. */
export const atan2: TensorBinaryOp = binaryOfTensors('atan2', {
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
export const hypot: TensorBinaryOp = binaryOfTensors('hypot', {
  forward: (a, b) => s.hypot(a, b),
  unsupported: refuse('hypot_cpu', 'integers'),
  grads: [
    { in: [0], out: [0], vjp: (g, c) => g.mul(c.input(0).div(c.output())) },
    { in: [1], out: [0], vjp: (g, c) => g.mul(c.input(1).div(c.output())) },
  ],
});

function squaredNorm(a: Tensor, b: Tensor): Tensor {
  return a.square().add(b.square());
}

const copysignBy = (node: string): BinaryOp =>
  binary('copysign', {
    node,
    takes: 'tensor first',
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

/** The magnitude of self with the sign of other. */
export const copysign: BinaryOp = byOther(copysignBy('CopysignBackward0'), copysignBy('CopysignBackward1'));

/**
 * The next number of a shorter float: steps of the dtype that it is computed in are as many times smaller as that has more
 * bits, down to the smallest step that the shorter one has.
 */
function nextHalf(a: Expr, b: Expr, times: number, smallest: number, largest: number): Expr {
  const step = s.sub(s.nextafter(a, b), a);
  const size = s.max(s.mul(s.abs(step), times), s.literal(smallest, a.dtype));
  const next = s.where(s.eq(a, b), b, s.add(a, s.copysign(size, step)));
  return s.where(s.isinf(step), s.copysign(s.literal(largest, a.dtype), a), next);
}

const nextafterBy = (forward: (a: Expr, b: Expr) => Expr): TensorBinaryOp =>
  binaryOfTensors('nextafter', {
    forward: (a, b) => forward(a!, b!),
    unsupported: refuse('nextafter_cpu', 'integers'),
  });
const nextafterWhole = nextafterBy((a, b) => s.nextafter(a, b));
const nextafterHalf: { readonly [dtype: string]: TensorBinaryOp } = {
  float16: nextafterBy((a, b) => nextHalf(a, b, 2 ** 13, 2 ** -24, finfo('float16').max)),
  bfloat16: nextafterBy((a, b) => nextHalf(a, b, 2 ** 16, 2 ** -133, finfo('bfloat16').max)),
};

function nextafterOf(self: Tensor, other: Tensor): TensorBinaryOp {
  const both = self instanceof Tensor && other instanceof Tensor;
  return (both ? nextafterHalf[resultType(self, other)] : undefined) ?? nextafterWhole;
}

/** The next representable number after self toward other. */
export const nextafter: TensorBinaryOp = Object.assign(
  (self: Tensor, other: Tensor) => nextafterOf(self, other)(self, other),
  { inPlace: (self: Tensor, other: Tensor) => nextafterOf(self, other).inPlace(self, other) },
);

/** log(e^self + e^other) without overflow. */
export const logaddexp: BinaryOp = binary('logaddexp', {
  unsupported: refuse('logaddexp_cpu', 'integers'),
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
  unsupported: refuse('logaddexp2_cpu', 'integers'),
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

const xlogyBy = (node: string): BinaryOp =>
  binary('xlogy', {
    node,
    promotion: 'float',
    forward: (a, b) => s.where(s.isnan(b), b, s.where(s.eq(a, 0), s.literal(0, a.dtype), s.mul(a, s.log(b)))),
    grads: [
      {
        in: [0, 1],
        vjp: (g, c) => {
          const other = c.input(1);
          return xlogy(g, other).maskedFill(c.input(0).eq(0).logicalAnd(other.le(0)), 0);
        },
      },
      { in: [0, 1], vjp: (g, c) => g.mul(c.input(1).reciprocal().mul(c.operand(0))) },
    ],
  });

/** self · log(other), 0 where self is 0. */
export const xlogy: BinaryOp = byOther(xlogyBy('XlogyBackward0'), xlogyBy('XlogyBackward2'));

/** 0 for negative self, `values` at 0, 1 for positive self. Has no derivative. */
export const heaviside: TensorBinaryOp = binaryOfTensors('heaviside', {
  takes: { tensors: ['input', 'values'] },
  check: (_, [self, values]) => {
    if ((self as Tensor).dtype === (values as Tensor).dtype) return;
    fail('dtype/same', { text: 'heaviside is not yet implemented for tensors with different dtypes.' });
  },
  forward: (a, values) =>
    a.dtype === 'bool'
      ? s.or(a, s.and(s.not(a), values))
      : s.where(s.eq(a, 0), values, s.where(s.lt(0, a), s.literal(1, a.dtype), s.literal(0, a.dtype))),
  grads: 'zero',
});

/** self · 2^other. */
export function ldexp(self: Tensor, other: Tensor): Tensor {
  checkOperands('ldexp', [self, other], 'tensors');
  return self.mul(pow(2, other.to(isFloatingPoint(other.dtype) ? other.dtype : 'float32')));
}

/** Greatest common divisor, elementwise, not negative. */
export const gcd: TensorBinaryOp = binaryOfTensors('gcd', {
  forward: (a, b) => s.gcd(a, b),
  unsupported: refuse('gcd_cpu', notIntegers),
});

/** Least common multiple, elementwise, not negative. */
export const lcm: TensorBinaryOp = binaryOfTensors('lcm', {
  forward: (a, b) => {
    const divisor = s.gcd(a, b);
    const zero = s.eq(divisor, 0);
    const one = s.literal(1, a.dtype);
    return s.where(zero, divisor, s.abs(s.mul(s.div(a, s.where(zero, one, divisor)), b)));
  },
  unsupported: refuse('lcm_cpu', notIntegers),
});
