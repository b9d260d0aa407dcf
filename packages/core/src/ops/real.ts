import { isFloatingPoint, type Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  type Expr,
  type GradRecord,
  noGrad,
  type Operand,
  pointwise,
  s,
  Tensor,
  trackAll,
  type UnaryOp,
  unary,
} from '../extend/index.ts';
import { contiguousStrides, numelOf, type Shape } from '../shape/index.ts';
import { aliasTensor, emptyTensor } from '../tensor/index.ts';
import { type WithInPlace, withInPlace } from './internal/inplace.ts';
import { type Sizes, sizesOf } from './internal/view.ts';

// Every tensor is real: what PyTorch does to complex numbers leaves them as they are.

/** The real part: the tensor itself. */
export function real(self: Tensor): Tensor {
  return self;
}

/** The conjugate: the tensor itself. */
export function conj(self: Tensor): Tensor {
  return self;
}

/** The conjugate: the tensor itself. */
export function conjPhysical(self: Tensor): Tensor {
  return self;
}

/** The tensor itself, which has no conjugation pending. */
export function resolveConj(self: Tensor): Tensor {
  return self;
}

/** The tensor itself, which has no negation pending. */
export function resolveNeg(self: Tensor): Tensor {
  return self;
}

/** True for every element. */
export function isreal(self: Tensor): Tensor {
  return self.detach().onesLike({ dtype: 'bool' });
}

/** The angle to the positive half-line: π for negative numbers, 0 for others. Gradient 0. */
export const angle: UnaryOp = unary('angle', {
  promotion: 'float',
  forward: (x) =>
    s.where(s.isnan(x), x, s.where(s.lt(x, 0), s.literal(Math.PI, x.dtype), s.literal(0, x.dtype))),
  grads: 'zero',
});

function trueDivideFn(self: Tensor, other: Operand): Tensor {
  return self.div(other);
}

/** `div` without rounding. */
export const trueDivide: WithInPlace<typeof trueDivideFn> = withInPlace(trueDivideFn);

/** self ^ exponent in float64. */
export function floatPower(self: Operand, exponent: Operand): Tensor {
  const wide = (x: Operand): Operand => (x instanceof Tensor ? x.to('float64') : Number(x));
  const base = wide(self);
  const power = wide(exponent);
  if (base instanceof Tensor) return base.pow(power);
  if (!(power instanceof Tensor))
    return fail('op/combination', { op: 'float_power', values: [self, exponent] });
  return power.newFull([], base as Scalar, { dtype: 'float64' }).pow(power);
}

const exponentOf = pointwise('frexp', {
  forward: (x) => {
    const a = s.abs(x);
    const guess = s.add(s.floor(s.log2(a)), 1);
    const size = s.mul(s.mul(a, s.exp2(s.neg(s.floor(s.mul(guess, 0.5))))), halfPower(guess));
    const up = s.where(s.le(1, size), s.literal(1, x.dtype), s.literal(0, x.dtype));
    const down = s.where(s.lt(size, 0.5), s.literal(1, x.dtype), s.literal(0, x.dtype));
    const exponent = s.sub(s.add(guess, up), down);
    const none = s.or(s.or(s.eq(x, 0), s.isinf(x)), s.isnan(x));
    return s.where(none, s.literal(0, x.dtype), exponent);
  },
});

/** 2^-(e - ⌊e/2⌋): the second half of a division by 2^e that neither overflows nor underflows. */
function halfPower(e: Expr): Expr {
  return s.exp2(s.neg(s.sub(e, s.floor(s.mul(e, 0.5)))));
}

const scaledDown = pointwise('frexp', {
  forward: (x, e) => s.mul(s.mul(x, s.exp2(s.neg(s.floor(s.mul(e, 0.5))))), halfPower(e)),
});

const frexpRecord: GradRecord<undefined> = {
  name: 'FrexpBackward0',
  saves: { out: [1] },
  backward: ([grad], c) => {
    const g = grad ?? c.grad(0);
    return [g.div(c.output(1).to(g.dtype).exp2())];
  },
};

/** Mantissas between ½ and 1 and whole exponents (int32) with self = mantissa · 2^exponent. */
export function frexp(self: Tensor): { mantissa: Tensor; exponent: Tensor } {
  if (!isFloatingPoint(self.dtype)) {
    fail('op/argument', { text: 'torch.frexp() only supports floating-point dtypes' });
  }
  const [m, e] = noGrad(() => {
    const x = self.detach();
    const power = exponentOf.call([x], undefined);
    return [scaledDown.call([x, power], undefined), power.to('int32')] as const;
  });
  const [mantissa, exponent] = trackAll(frexpRecord, [m, e] as const, [self], undefined);
  return { mantissa, exponent };
}

/**
 * Gives the tensor another shape in place: over the same memory where that is large enough, else over new memory that starts with
 * what was there. New elements are not set.
 */
export function resize_(self: Tensor, ...sizes: Sizes): Tensor {
  return resizeTo(self, sizesOf(sizes));
}

/** {@link resize_} to the shape of `other`. */
export function resizeAs_(self: Tensor, other: Tensor): Tensor {
  return resizeTo(self, other.shape);
}

function resizeTo(self: Tensor, shape: Shape): Tensor {
  if (self.requiresGrad) fail('autograd/resize', {});
  const need = numelOf(shape);
  if (self.offset + need <= self.storage.length) {
    self.replace(aliasTensor(self, shape, contiguousStrides(shape), self.offset));
    return self;
  }
  const grown = emptyTensor(self.backend, self.dtype, shape);
  noGrad(() => {
    const kept = Math.min(self.storage.length - self.offset, need);
    const old = aliasTensor(self, [kept], [1], self.offset);
    aliasTensor(grown, [kept], [1], 0).copy_(old);
  });
  self.replace(grown);
  return self;
}
