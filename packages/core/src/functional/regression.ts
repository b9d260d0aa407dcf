import { fail } from '../errors/index.ts';
import {
  type Expr,
  type GradRecord,
  noGrad,
  type Pointwise,
  pointwise,
  s,
  type Tensor,
  track,
} from '../extend/index.ts';
import { refuse } from '../ops/internal/dtype-rules.ts';
import {
  type LossOptions,
  type LossReduction,
  lossReduction,
  reduceLoss,
  spreadGrad,
  warnOfBroadcast,
} from './reduction.ts';
import type { Numbers } from './smooth.ts';

interface DifferenceLoss {
  /** PyTorch's kernel, which refuses integers. */
  readonly kernel: string;
  readonly node: string;
  /** The loss of difference `d`; numbers are those of the call. */
  readonly forward: (d: Expr, ...numbers: Expr[]) => Expr;
  /** The gradient at `d` for gradient `g` of the loss. */
  readonly backward: (g: Expr, d: Expr, ...numbers: Expr[]) => Expr;
  /** The second derivative at `d`. */
  readonly second: (d: Tensor, numbers: Numbers) => Tensor;
}

interface LossAttrs {
  readonly reduction: LossReduction;
  readonly count: number;
  readonly numbers: Numbers;
}

/** A loss of the difference of two tensors that broadcast, as one node. */
function differenceLoss(
  name: string,
  { node, kernel, forward, backward, second }: DifferenceLoss,
): (input: Tensor, target: Tensor, options: LossOptions, numbers: Numbers) => Tensor {
  const value: Pointwise = pointwise(name, {
    unsupported: refuse(kernel, 'integers'),
    forward: (x, y, ...numbers) => forward(s.sub(x, y!), ...numbers),
  });
  const slope: Pointwise<Numbers> = pointwise<3, Numbers>(`${name}_backward`, {
    forward: (g, x, y, ...numbers) => backward(g, s.sub(x!, y!), ...numbers),
    grads: [
      { in: [1, 2], vjp: (gg, c) => slope.call([gg, c.input(1), c.input(2)], c.attrs, c.attrs) },
      { in: [0, 1, 2], vjp: (gg, c) => bend(gg, c.input(0), c.input(1), c.input(2), c.attrs) },
      { in: [0, 1, 2], vjp: (gg, c) => bend(gg, c.input(0), c.input(1), c.input(2), c.attrs).neg() },
    ],
  });
  const bend = (gg: Tensor, g: Tensor, x: Tensor, y: Tensor, numbers: Numbers): Tensor =>
    gg.mul(g).mul(second(x.sub(y), numbers));
  const side = (first: Tensor, other: Tensor, g: Tensor, attrs: LossAttrs): Tensor => {
    const each = spreadGrad(g, attrs.reduction, attrs.count);
    return slope.call([each, first, other], attrs.numbers, attrs.numbers);
  };
  const record: GradRecord<LossAttrs> = {
    name: node,
    grads: [
      { in: [0, 1], vjp: (g, c) => side(c.input(0), c.input(1), g, c.attrs) },
      { in: [0, 1], vjp: (g, c) => side(c.input(1), c.input(0), g, c.attrs) },
    ],
  };
  return (input, target, options, numbers) => {
    const reduction = lossReduction(options);
    warnOfBroadcast(input, target);
    const losses = noGrad(() => value.call([input.detach(), target.detach()], undefined, numbers));
    const out = noGrad(() => reduceLoss(losses, reduction));
    return track(record, out, [input, target], { reduction, count: losses.numel(), numbers });
  };
}

const mse = differenceLoss('mse_loss', {
  node: 'MseLossBackward0',
  kernel: 'mse_cpu',
  forward: (d) => s.square(d),
  backward: (g, d) => s.mul(s.mul(g, 2), d),
  second: (d) => d.newFull([], 2),
});

/** The squared differences. */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return mse(input, target, options, []);
}

/** The absolute differences; the gradient of a tie is 0. */
export function l1Loss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const reduction = lossReduction(options);
  warnOfBroadcast(input, target);
  return reduceLoss(input.sub(target).abs(), reduction);
}

const smoothL1 = differenceLoss('smooth_l1_loss', {
  node: 'SmoothL1LossBackward0',
  kernel: 'smooth_l1_cpu',
  forward: (d, beta) => {
    const z = s.abs(d);
    const inner = s.div(s.mul(s.square(z), 0.5), beta!);
    return s.where(s.lt(z, beta!), inner, s.sub(z, s.mul(beta!, 0.5)));
  },
  // In PyTorch's order: with beta 0 a tie counts as below for both sides.
  backward: (g, d, beta) =>
    s.where(s.le(d, s.neg(beta!)), s.neg(g), s.where(s.ge(d, beta!), g, s.div(s.mul(g, d), beta!))),
  second: (d, [beta]) =>
    d
      .abs()
      .lt(beta!)
      .to(d.dtype)
      .div(beta === 0 ? 1 : beta!),
});

/** Keyword arguments of {@link smoothL1Loss}. */
export interface SmoothL1Options extends LossOptions {
  /** Differences below it count squared. Default 1. */
  readonly beta?: number | undefined;
}

/** Differences squared, divided by 2 · beta, where they are below beta, absolute (minus beta / 2) elsewhere. */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  const { beta = 1 } = options;
  if (beta < 0) {
    fail('op/argument', { text: 'smooth_l1_loss does not support negative values for beta.' });
  }
  return smoothL1(input, target, options, [beta]);
}

const huber = differenceLoss('huber_loss', {
  node: 'HuberLossBackward0',
  kernel: 'huber_cpu',
  forward: (d, delta) => {
    const z = s.abs(d);
    return s.where(s.le(z, delta!), s.mul(s.square(z), 0.5), s.mul(delta!, s.sub(z, s.mul(delta!, 0.5))));
  },
  backward: (g, d, delta) => s.mul(g, s.clamp(d, s.neg(delta!), delta!)),
  second: (d, [delta]) => d.abs().lt(delta!).to(d.dtype),
});

/** Keyword arguments of {@link huberLoss}. */
export interface HuberOptions extends LossOptions {
  /** Differences up to it count squared. Default 1. */
  readonly delta?: number | undefined;
}

/** Half the squared difference up to delta, delta · (|difference| - delta / 2) beyond. */
export function huberLoss(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1 } = options;
  if (delta <= 0) {
    fail('op/argument', { text: 'huber_loss does not support non-positive values for delta.' });
  }
  return huber(input, target, options, [delta]);
}
