import { type DType, dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type Expr, s, type Tensor } from '../extend/index.ts';
import { refuse } from '../ops/internal/dtype-rules.ts';
import { relu as reluOp, sigmoid, tanh } from '../ops/unary.ts';
import { activation, type Numbers } from './smooth.ts';

export { sigmoid, tanh };

/** Keyword arguments of activations. */
export interface InplaceOptions {
  /** Overwrites the input and returns it. Default false. */
  readonly inplace?: boolean | undefined;
}

const zero = (x: Expr): Expr => s.literal(0, x.dtype);
/** NaN counts as between: gradients pass it. */
const isOutside = (x: Expr, low: Expr | number, high: Expr | number): Expr =>
  s.or(s.le(x, low), s.ge(x, high));
const within = (x: Tensor, low: number, high: number): Tensor => x.gt(low).logicalAnd(x.lt(high));

/** max(x, 0): NaN stays NaN, the gradient at 0 is 0. */
export function relu(input: Tensor, { inplace = false }: InplaceOptions = {}): Tensor {
  return inplace ? reluOp.inPlace(input) : reluOp(input);
}

const hardtanhOp = activation('hardtanh', {
  forward: (x, low, high) => s.clamp(x, low!, high!),
  backward: (g, x, low, high) => s.where(isOutside(x, low!, high!), zero(g), g),
  second: 'zero',
  check: (dtype) => {
    if (dtype === 'bool') fail('op/argument', { text: 'Bool inputs not supported for hardtanh' });
  },
});

/** Limited to [minVal, maxVal]; unlike {@link Tensor.clamp}, the gradient at both ends is 0. */
export function hardtanh(
  input: Tensor,
  minVal = -1,
  maxVal = 1,
  { inplace = false }: InplaceOptions = {},
): Tensor {
  if (input.dtype === 'uint8' && minVal < 0) {
    fail('op/argument', { text: 'cannot do hardtanh on an unsigned type with negative limits' });
  }
  return hardtanhOp(input, [minVal, maxVal], inplace);
}

/** Limited to [0, 6]; the gradient at both ends is 0. */
export function relu6(input: Tensor, { inplace = false }: InplaceOptions = {}): Tensor {
  return hardtanhOp(input, [0, 6], inplace);
}

const hardsigmoidOp = activation('hardsigmoid', {
  forward: (x) => s.div(s.clamp(s.add(x, 3), 0, 6), 6),
  backward: (g, x) => s.where(s.and(s.lt(-3, x), s.lt(x, 3)), s.div(g, 6), zero(g)),
  second: 'zero',
  check: refuse('hardsigmoid_cpu', 'integers'),
});

/** min(max(x + 3, 0), 6) / 6; the gradient at -3 and 3 is 0. */
export function hardsigmoid(input: Tensor, { inplace = false }: InplaceOptions = {}): Tensor {
  return hardsigmoidOp(input, [], inplace);
}

const hardswishOp = activation('hardswish', {
  forward: (x) => s.div(s.mul(x, s.clamp(s.add(x, 3), 0, 6)), 6),
  backward: (g, x) =>
    s.where(s.lt(x, -3), zero(g), s.where(s.le(x, 3), s.mul(g, s.add(s.div(x, 3), 0.5)), g)),
  second: (x) => within(x, -3, 3).to(x.dtype).div(3),
  check: refuse('hardswish_cpu', 'integers'),
});

/** x · min(max(x + 3, 0), 6) / 6; the gradient at -3 is -0.5 and at 3 is 1.5. */
export function hardswish(input: Tensor, { inplace = false }: InplaceOptions = {}): Tensor {
  return hardswishOp(input, [], inplace);
}

const hardshrinkOp = activation('hardshrink', {
  forward: (x, lambd) => s.where(s.le(s.abs(x), lambd!), zero(x), x),
  backward: (g, x, lambd) => s.where(s.le(s.abs(x), lambd!), zero(g), g),
  second: 'zero',
  check: refuse('hardshrink_cpu', 'integers'),
});

/** x where |x| > lambd, else 0. */
export function hardshrink(input: Tensor, lambd = 0.5): Tensor {
  return hardshrinkOp(input, [lambd]);
}

const softshrinkOp = activation('softshrink', {
  forward: (x, lambd) =>
    s.where(s.gt(x, lambd!), s.sub(x, lambd!), s.where(s.lt(x, s.neg(lambd!)), s.add(x, lambd!), zero(x))),
  backward: (g, x, lambd) => s.where(s.le(s.abs(x), lambd!), zero(g), g),
  second: 'zero',
  check: refuse('softshrink_cpu', 'integers'),
});

/** x moved toward 0 by lambd, and 0 where |x| ≤ lambd. */
export function softshrink(input: Tensor, lambd = 0.5): Tensor {
  if (lambd < 0) {
    fail('op/argument', { text: `lambda must be greater or equal to 0, but found to be ${lambd}.` });
  }
  return softshrinkOp(input, [lambd]);
}

/** x - tanh(x). */
export function tanhshrink(input: Tensor): Tensor {
  return input.sub(input.tanh());
}

/** x / (1 + |x|). */
export function softsign(input: Tensor): Tensor {
  return input.div(input.abs().add(1));
}

const thresholdOp = activation('threshold', {
  inPlaceNode: 'ThresholdBackward1',
  forward: (x, limit, value) => s.where(s.le(x, limit!), value!, x),
  backward: (g, x, limit) => s.where(s.le(x, limit!), zero(g), g),
  second: 'zero',
  check: refuse('threshold_cpu', ['bool']),
});

/** x where it is above `threshold`, else `value`. */
export function threshold(
  input: Tensor,
  threshold: number,
  value: number,
  { inplace = false }: InplaceOptions = {},
): Tensor {
  return thresholdOp(input, [threshold, value], inplace);
}

/** scale · x above 0, else scale · alpha · (e^(inputScale · x) - 1): numbers are alpha · scale, scale, inputScale. */
const elus = (node: string, inPlaceNode: string): ReturnType<typeof activation> =>
  activation('elu', {
    node,
    inPlaceNode,
    inPlaceRefusal: ([low]) =>
      low! < 0
        ? 'In-place elu backward calculation is triggered with a negative slope which is not supported. This is caused by calling in-place forward function with a negative slope, please call out-of-place version instead.'
        : undefined,
    forward: (x, low, high, inner) =>
      s.where(s.le(x, 0), s.mul(s.expm1(s.mul(x, inner!)), low!), s.mul(x, high!)),
    backward: (g, x, low, high, inner) =>
      s.where(s.le(x, 0), s.mul(s.mul(s.mul(g, inner!), low!), s.exp(s.mul(x, inner!))), s.mul(g, high!)),
    second: (x, numbers) => eluSecond(x, numbers),
    check: refuse('elu_cpu', 'integers'),
  });

function eluSecond(x: Tensor, [low, , inner]: Numbers): Tensor {
  return x
    .mul(inner!)
    .exp()
    .mul(low! * inner! ** 2)
    .maskedFill(x.gt(0), 0);
}

const eluOp = elus('EluBackward0', 'EluBackward1');
const celuOp = elus('CeluBackward0', 'CeluBackward1');

/** x above 0, else alpha · (e^x - 1). */
export function elu(input: Tensor, alpha = 1, { inplace = false }: InplaceOptions = {}): Tensor {
  return eluOp(input, [alpha, 1, 1], inplace);
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** {@link elu} scaled so that deep networks keep mean 0 and variance 1. */
export function selu(input: Tensor, { inplace = false }: InplaceOptions = {}): Tensor {
  return eluOp(input, [SELU_ALPHA * SELU_SCALE, SELU_SCALE, 1], inplace);
}

/** x above 0, else alpha · (e^(x / alpha) - 1). */
export function celu(input: Tensor, alpha = 1, { inplace = false }: InplaceOptions = {}): Tensor {
  if (alpha === 0) fail('op/argument', { text: 'ZeroDivisionError: alpha cannot be 0 for CELU' });
  return celuOp(input, [alpha, 1, 1 / alpha], inplace);
}

const leakyReluOp = activation('leaky_relu', {
  inPlaceNode: 'LeakyReluBackward1',
  inPlaceRefusal: ([slope]) =>
    slope! < 0
      ? 'In-place leakyReLu backward calculation is triggered with a negative slope which is not supported. This is caused by calling in-place forward function with a negative slope, please call out-of-place version instead. File an issue at https://github.com/pytorch/pytorch if you do require supporting in-place leakRelu backward calculation with negative slope'
      : undefined,
  forward: (x, slope) => s.where(s.gt(x, 0), x, s.mul(x, slope!)),
  backward: (g, x, slope) => s.where(s.gt(x, 0), g, s.mul(g, slope!)),
  second: 'zero',
  check: refuse('leaky_relu_cpu', 'integers'),
});

/** x above 0, else negativeSlope · x; the gradient at 0 is the slope. */
export function leakyRelu(
  input: Tensor,
  negativeSlope = 0.01,
  { inplace = false }: InplaceOptions = {},
): Tensor {
  return leakyReluOp(input, [negativeSlope], inplace);
}

const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
const density = (x: Expr): Expr => s.mul(s.exp(s.mul(s.square(x), -0.5)), INV_SQRT_2PI);
const normalCdf = (x: Expr): Expr => s.mul(s.add(s.erf(s.mul(x, Math.SQRT1_2)), 1), 0.5);

const geluExact = activation('gelu', {
  forward: (x) => s.mul(x, normalCdf(x)),
  backward: (g, x) => s.mul(g, s.add(normalCdf(x), s.mul(x, density(x)))),
  second: (x) => {
    const square = x.square();
    return square.mul(-0.5).exp().mul(INV_SQRT_2PI).mul(square.rsub(2));
  },
  check: refuse('GeluKernelImpl', 'integers'),
});

const BETA = Math.sqrt(2 / Math.PI);
const KAPPA = 0.044715;
const geluInner = (x: Expr): Expr => s.mul(s.add(x, s.mul(s.mul(s.square(x), x), KAPPA)), BETA);

const geluTanh = activation('gelu', {
  forward: (x) => s.mul(s.mul(x, 0.5), s.add(s.tanh(geluInner(x)), 1)),
  backward: (g, x) => {
    const t = s.tanh(geluInner(x));
    const inner = s.mul(s.add(s.mul(s.square(x), 3 * KAPPA), 1), BETA);
    const right = s.mul(s.mul(s.mul(x, 0.5), s.sub(1, s.square(t))), inner);
    return s.mul(g, s.add(s.mul(s.add(t, 1), 0.5), right));
  },
  second: (x) => {
    const t = x.add(x.pow(3).mul(KAPPA)).mul(BETA).tanh();
    const flat = t.square().rsub(1);
    const inner = x
      .square()
      .mul(3 * KAPPA)
      .add(1)
      .mul(BETA);
    const bend = x.mul(6 * KAPPA * BETA).sub(t.mul(inner.square()).mul(2));
    return flat.mul(inner.add(x.mul(0.5).mul(bend)));
  },
  check: refuse('GeluKernelImpl', 'integers'),
});

/** Keyword arguments of {@link gelu}. */
export interface GeluOptions {
  /** `tanh` takes PyTorch's approximation instead of the error function. Default `none`. */
  readonly approximate?: 'none' | 'tanh' | undefined;
}

/** x · Φ(x), with Φ the normal distribution's cumulative function. */
export function gelu(input: Tensor, { approximate = 'none' }: GeluOptions = {}): Tensor {
  if (approximate === 'tanh') return geluTanh(input, []);
  if (approximate === 'none') return geluExact(input, []);
  return fail('op/argument', { text: 'approximate argument must be either none or tanh.' });
}

const siluOp = activation('silu', {
  forward: (x) => s.mul(x, s.sigmoid(x)),
  backward: (g, x) => {
    const y = s.sigmoid(x);
    return s.mul(s.mul(g, y), s.add(s.mul(x, s.sub(1, y)), 1));
  },
  second: (x) => {
    const y = x.sigmoid();
    const rest = y.rsub(1);
    return y.mul(rest).mul(x.mul(rest.sub(y)).add(2));
  },
  check: refuse('silu_cpu', 'integers'),
});

/** x · sigmoid(x). */
export function silu(input: Tensor, { inplace = false }: InplaceOptions = {}): Tensor {
  return siluOp(input, [], inplace);
}

const mishOp = activation('mish', {
  forward: (x) => s.mul(x, s.tanh(s.log1p(s.exp(x)))),
  backward: (g, x) => {
    const t = s.tanh(s.log1p(s.exp(x)));
    return s.mul(g, s.add(t, s.mul(s.mul(x, s.sigmoid(x)), s.sub(1, s.square(t)))));
  },
  second: (x) => {
    const y = x.sigmoid();
    const t = softplus(x).tanh();
    const bend = y.rsub(1).sub(t.mul(y).mul(2)).mul(x).add(2);
    return t.square().rsub(1).mul(y).mul(bend);
  },
  check: refuse('mish_cpu', 'integers'),
});

/** x · tanh(softplus(x)). */
export function mish(input: Tensor, { inplace = false }: InplaceOptions = {}): Tensor {
  return mishOp(input, [], inplace);
}

const softplusOp = activation('softplus', {
  forward: (x, beta, limit) => {
    const y = s.mul(x, beta!);
    return s.where(s.gt(y, limit!), x, s.div(s.log1p(s.exp(y)), beta!));
  },
  backward: (g, x, beta, limit) => {
    const y = s.mul(x, beta!);
    return s.where(s.gt(y, limit!), g, s.mul(g, s.sigmoid(y)));
  },
  second: (x, [beta, limit]) => {
    const y = x.mul(beta!);
    const share = y.sigmoid();
    return share.mul(share.rsub(1)).mul(beta!).maskedFill(y.gt(limit!), 0);
  },
  check: refuse('softplus_cpu', 'integers'),
});

/** log(1 + e^(beta · x)) / beta; x itself where beta · x > threshold. */
export function softplus(input: Tensor, beta = 1, threshold = 20): Tensor {
  return softplusOp(input, [beta, threshold]);
}

const logsigmoidOp = activation('log_sigmoid', {
  forward: (x) => s.sub(s.min(x, 0), s.log1p(s.exp(s.neg(s.abs(x))))),
  backward: (g, x) => s.mul(g, s.sigmoid(s.neg(x))),
  second: (x) => {
    const y = x.sigmoid();
    return y.mul(y.sub(1));
  },
  check: refuse('log_sigmoid_cpu', 'integers'),
});

/** log(sigmoid(x)), without losing small ones. */
export function logsigmoid(input: Tensor): Tensor {
  return logsigmoidOp(input, []);
}

/** Names a dtype as PyTorch's messages do. */
export function titleOf(dtype: DType): string {
  return dtypeInfo[dtype].title;
}
