import { checkedScalar, dtypeInfo, isFloatingPoint, resultType, type Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  checkOperands,
  type Expr,
  type InputGrad,
  type Operand,
  type Pointwise,
  pointwise,
  s,
  Tensor,
} from '../extend/index.ts';
import { broadcastShapes } from '../shape/index.ts';
import { awaiting } from './await-reads.ts';
import { refuse } from './internal/dtype-rules.ts';
import { type PointwiseCall, pointwiseBy, type WithInPlace, withInPlace } from './internal/inplace.ts';

const lerpExpr = (start: Expr, end: Expr, weight: Expr): Expr => {
  const span = s.sub(end, start);
  const fromStart = s.add(start, s.mul(weight, span));
  const fromEnd = s.sub(end, s.mul(span, s.sub(1, weight)));
  return s.where(s.lt(s.abs(weight), 0.5), fromStart, fromEnd);
};

const lerpTensor = pointwise('lerp', {
  node: 'LerpBackward1',
  unsupported: refuse('lerp_kernel_tensor', 'integers'),
  forward: (start, end, weight) => lerpExpr(start, end!, weight!),
  grads: [
    { in: [2], vjp: (g, c) => g.mul(c.input(2).neg().add(1)) },
    { in: [2], vjp: (g, c) => g.mul(c.input(2)) },
    { in: [0, 1], vjp: (g, c) => g.mul(c.input(1).sub(c.input(0))) },
  ],
});

/** Keeps nothing for backward but the number. */
const lerpScalar = pointwise<3, number>('lerp', {
  node: 'LerpBackward0',
  forward: (start, end, weight) => lerpExpr(start, end!, weight!),
  grads: [{ vjp: (g, c) => g.mul(1 - c.attrs) }, { vjp: (g, c) => g.mul(c.attrs) }, null],
});

/** A check of {@link lerp}'s dtypes. */
function sameAs(self: Tensor, other: Tensor, name: string): void {
  if (self.dtype === other.dtype) return;
  const [own, its] = [dtypeInfo[self.dtype].cppName, dtypeInfo[other.dtype].cppName];
  fail('op/argument', { text: `expected dtype ${own} for \`${name}\` but got dtype ${its}` });
}

const noIntegerLerp = refuse('lerp_kernel_scalar', 'integers');

function lerpCall(self: Tensor, end: Tensor, weight: Operand): PointwiseCall<unknown> {
  sameAs(self, end, 'end');
  if (!(weight instanceof Tensor)) {
    broadcastShapes(self.shape, end.shape);
    noIntegerLerp(self.dtype);
  }
  if (weight instanceof Tensor) sameAs(self, weight, 'weight');
  if (weight instanceof Tensor) return [lerpTensor as Pointwise<unknown>, [self, end, weight], undefined];
  return [lerpScalar as Pointwise<unknown>, [self, end, weight], Number(weight)];
}

/** self + weight · (end - self). */
export const lerp: WithInPlace<(self: Tensor, end: Tensor, weight: Operand) => Tensor> =
  pointwiseBy(lerpCall);

/** Keyword arguments of {@link addcmul} and {@link addcdiv}. */
export interface ValueOptions {
  /** Scales the product or quotient. Default 1. */
  readonly value?: number;
}

const addcmulOp = pointwise<3, number>('addcmul', {
  unsupported: refuse('addcmul_cpu_out', ['bool']),
  forward: (x, a, b, value) => s.add(x, s.mul(s.mul(s.cast(value!, x.dtype), a!), b!)),
  grads: [
    { vjp: (g) => g },
    { in: [2], vjp: (g, c) => g.mul(c.input(2).mul(c.attrs)) },
    { in: [1], vjp: (g, c) => g.mul(c.input(1).mul(c.attrs)) },
  ],
});

/** A function of three tensors with PyTorch's `value`. */
type ValueOp = WithInPlace<
  (self: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOptions) => Tensor
>;

/** self + value · tensor1 · tensor2. */
export const addcmul: ValueOp = pointwiseBy((self, tensor1, tensor2, { value = 1 } = {}) => [
  addcmulOp,
  [self, tensor1, tensor2],
  value,
  [fittedValue(value, self, tensor1, tensor2)],
]);

/** The factor has to fit where all are integers. */
function fittedValue(value: number, ...tensors: readonly Tensor[]): number {
  if (tensors.some((x) => isFloatingPoint(x.dtype))) return value;
  return Number(checkedScalar(value, resultType(...tensors)));
}

const addcdivOp = pointwise<3, number>('addcdiv', {
  forward: (x, a, b, value) => s.add(x, s.mul(s.cast(value!, x.dtype), s.div(a!, b!))),
  grads: [
    { vjp: (g) => g },
    { in: [2], vjp: (g, c) => g.mul(c.input(2).reciprocal().mul(c.attrs)) },
    {
      in: [1, 2],
      vjp: (g, c) => g.mul(c.input(1).div(c.input(2).square()).mul(-c.attrs)),
    },
  ],
});

function addcdivCall(
  self: Tensor,
  tensor1: Tensor,
  tensor2: Tensor,
  { value = 1 }: ValueOptions = {},
): PointwiseCall<number> {
  if (!isFloatingPoint(tensor1.dtype) && !isFloatingPoint(tensor2.dtype)) {
    fail('op/argument', {
      text: 'Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.',
    });
  }
  return [addcdivOp, [self, tensor1, tensor2], value, [value]];
}

/** self + value · tensor1 / tensor2. */
export const addcdiv: ValueOp = pointwiseBy(addcdivCall);

/** Keyword arguments of {@link round}. */
export interface RoundOptions {
  /** Digits after the decimal point; negative ones before it. Default 0. */
  readonly decimals?: number;
}

const roundOp = pointwise('round', {
  forward: (x) => (isFloatingPoint(x.dtype) ? s.round(x) : x),
  grads: 'zero',
  check: (dtype) => {
    if (dtype === 'bool') fail('dtype/not-implemented', { kernel: 'round_vml_cpu', dtype: 'Bool' });
  },
});

const roundDecimals = pointwise('round', {
  forward: (x, scale, inverse) =>
    s.mul(s.round(s.mul(x, s.cast(scale!, x.dtype))), s.cast(inverse!, x.dtype)),
  grads: 'zero',
});
const roundPlaces = pointwise('round', {
  forward: (x, scale) => s.div(s.round(s.mul(x, s.cast(scale!, x.dtype))), s.cast(scale!, x.dtype)),
  grads: 'zero',
});

function roundCall(self: Tensor, { decimals = 0 }: RoundOptions = {}): PointwiseCall<undefined> {
  if (decimals === 0 || !isFloatingPoint(self.dtype)) return [roundOp, [self], undefined];
  if (decimals > 0) return [roundPlaces, [self], undefined, [10 ** decimals]];
  return [roundDecimals, [self], undefined, [1 / 10 ** -decimals, 10 ** -decimals]];
}

/** To the nearest whole number, halves to even, or to some decimals. Gradient 0. */
export const round: WithInPlace<(self: Tensor, options?: RoundOptions) => Tensor> = pointwiseBy(roundCall);

/** Keyword arguments of {@link nanToNum}: what replaces NaN and the infinities (0 and the dtype's limits). */
export interface NanToNumOptions {
  readonly nan?: number | null;
  readonly posinf?: number | null;
  readonly neginf?: number | null;
}

const limits: { readonly [name: string]: number } = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
};

const replaceNonFinite = (x: Expr, nan: Expr, posinf: Expr, neginf: Expr): Expr =>
  s.where(
    s.isnan(x),
    s.cast(nan, x.dtype),
    s.where(
      s.eq(x, Number.POSITIVE_INFINITY),
      s.cast(posinf, x.dtype),
      s.where(s.eq(x, Number.NEGATIVE_INFINITY), s.cast(neginf, x.dtype), x),
    ),
  );

const finiteOnly: InputGrad = { in: [0], vjp: (g, c) => g.mul(c.input(0).isfinite()) };
const nanToNumOp = pointwise('nan_to_num', {
  forward: (x, nan, posinf, neginf) => replaceNonFinite(x, nan!, posinf!, neginf!),
  grads: [finiteOnly],
});

function nanToNumFn(self: Tensor, options: NanToNumOptions = {}): Tensor {
  if (!isFloatingPoint(self.dtype)) return self.clone();
  const limit = limits[self.dtype]!;
  const { nan, posinf, neginf } = options;
  return nanToNumOp.call([self], undefined, [nan ?? 0, posinf ?? limit, neginf ?? -limit]);
}

/** NaN and the infinities replaced by numbers. */
export const nanToNum: WithInPlace<typeof nanToNumFn> = withInPlace(nanToNumFn);

const logitOp = pointwise('logit', {
  promotion: 'float',
  forward: (x) => s.log(s.div(x, s.sub(1, x))),
  grads: [{ in: [0], vjp: (g, c) => g.div(c.input(0).mul(c.input(0).neg().add(1))) }],
});

/** log(x / (1 - x)), with x first limited to [eps, 1 - eps] if eps is given. */
export function logit(self: Tensor, eps?: number | null): Tensor {
  if (eps == null) return logitOp.call([self], undefined);
  const x = isFloatingPoint(self.dtype) ? self : self.to('float32');
  return logitOp.call([x.clamp(eps, 1 - eps)], undefined);
}

const truthy = (value: Scalar): boolean => Boolean(value);

/** True where elements are close: |self - other| ≤ atol + rtol · |other|. */
export function isclose(
  self: Tensor,
  other: Tensor,
  options: { readonly rtol?: number; readonly atol?: number; readonly equalNan?: boolean } = {},
): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  checkOperands('isclose', [self, other], 'tensors');
  if (self.dtype !== other.dtype) {
    const text = `${dtypeInfo[self.dtype].title} did not match ${dtypeInfo[other.dtype].title}`;
    fail('dtype/same', { text });
  }
  for (const [name, value] of Object.entries({ rtol, atol })) {
    if (value >= 0) continue;
    fail('op/argument', { text: `${name} must be greater than or equal to zero, but got ${value}` });
  }
  let close = self.eq(other);
  if (equalNan) close = close.logicalOr(self.isnan().logicalAnd(other.isnan()));
  if (self.dtype === 'bool' || (rtol === 0 && atol === 0)) return close;
  const allowed = other.mul(rtol).abs().add(atol);
  const difference = self.sub(other).abs();
  return close.logicalOr(difference.isfinite().logicalAnd(difference.le(allowed)));
}

/** True when all elements are {@link isclose}. Reads the result. */
export function allclose(
  self: Tensor,
  other: Tensor,
  options: { readonly rtol?: number; readonly atol?: number; readonly equalNan?: boolean } = {},
): boolean {
  return truthy(isclose(self, other, options).all().item());
}

/** As {@link allclose}, on every backend. */
export const allcloseAsync: (
  self: Tensor,
  other: Tensor,
  options?: { readonly rtol?: number; readonly atol?: number; readonly equalNan?: boolean },
) => Promise<boolean> = awaiting(allclose);

/** As {@link equal}, on every backend. */
export const equalAsync: (self: Tensor, other: Tensor) => Promise<boolean> = awaiting(
  (a: Tensor, b: Tensor) => equal(a, b),
);

/** True when shape and all elements are equal. Reads the result. */
export function equal(self: Tensor, other: Tensor): boolean {
  if (self.ndim !== other.ndim || self.shape.some((n, d) => n !== other.shape[d])) return false;
  return truthy(self.eq(other).all().item());
}
