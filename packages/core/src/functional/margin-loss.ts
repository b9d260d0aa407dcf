import { fail } from '../errors/index.ts';
import { type GradRecord, noGrad, pointwise, s, type Tensor, track } from '../extend/index.ts';
import { recomputed } from '../ops/internal/recompute.ts';
import { where } from '../ops/where.ts';
import { logsigmoid } from './activation.ts';
import { floated, pairwiseDistance } from './distance.ts';
import {
  type LossOptions,
  type LossReduction,
  lossReduction,
  reduceLoss,
  refuseGrad,
  spreadGrad,
} from './reduction.ts';

const sizes = (x: Tensor): string => `[${x.shape.join(', ')}]`;

/** Keyword arguments of losses with a margin. */
export interface MarginOptions extends LossOptions {
  readonly margin?: number | undefined;
}

/** max(0, -target · (input1 - input2) + margin), margin 0 unless given: which of the two should be larger. */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  const { margin = 0 } = options;
  const reduction = lossReduction(options);
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
    const size = (x: Tensor): string => `torch.Size(${sizes(x)})`;
    fail('op/argument', {
      text: `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${size(input1)}, input2: ${size(input2)}, target: ${size(target)} `,
    });
  }
  return reduceLoss(
    floated(target.neg().mul(input1.sub(input2)))
      .add(margin)
      .clampMin(0),
    reduction,
  );
}

/** The input where target is 1, max(0, margin - input) where it is -1; margin 1 unless given. */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 1 } = options;
  const hinge = floated(input).rsub(margin).clampMin(0);
  const apart = where(target.ne(1), hinge, 0);
  const close = where(target.ne(-1), input, 0);
  return reduceLoss(apart.add(close), lossReduction(options));
}

/** 1 - cos where target is 1, max(0, cos - margin) where it is -1; margin 0 unless given. */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  const { margin = 0 } = options;
  const axis = target.ndim;
  if (axis > 1) {
    fail('op/argument', { text: '0D or 1D target tensor expected, multi-target not supported' });
  }
  if (input1.ndim !== axis + 1 || input2.ndim !== axis + 1) {
    const inputs = axis === 1 ? '1D target tensor expects 2D' : '0D target tensor expects 1D';
    fail('op/argument', {
      text: `${inputs} input tensors, but found inputs with sizes ${sizes(input1)} and ${sizes(input2)}.`,
    });
  }
  const products = input1.mul(input2).sum(axis);
  const square = (x: Tensor): Tensor => x.mul(x).sum(axis).add(1e-12);
  const cos = products.div(square(input1).mul(square(input2)).sqrt());
  const close = where(target.eq(1), cos.rsub(1), 0);
  const apart = where(target.eq(-1), cos.sub(margin).clampMin(0), 0);
  return reduceLoss(close.add(apart), lossReduction(options));
}

interface SoftMarginAttrs {
  readonly reduction: LossReduction;
  readonly count: number;
}

const softMargin = pointwise('soft_margin_loss', {
  forward: (x, y) => s.log1p(s.exp(s.mul(s.neg(x), y!))),
});

const softMarginRecord: GradRecord<SoftMarginAttrs> = {
  name: 'SoftMarginLossBackward0',
  grads: [
    {
      in: [0, 1],
      vjp: (g, c) => {
        const y = c.input(1);
        const share = c.input(0).mul(y).neg().sigmoid();
        return spreadGrad(g, c.attrs.reduction, c.attrs.count).mul(y.neg()).mul(share);
      },
    },
    null,
  ],
};

/** log(1 + e^(-target · input)), for targets 1 and -1. */
export function softMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const reduction = lossReduction(options);
  refuseGrad('soft_margin_loss', 'target', target);
  const losses = noGrad(() => softMargin.call([input.detach(), target.detach()], undefined));
  const out = noGrad(() => reduceLoss(losses, reduction));
  return track(softMarginRecord, out, [input, target], { reduction, count: losses.numel() });
}

/** Keyword arguments of losses with a weight for each class. */
export interface WeightedOptions extends LossOptions {
  readonly weight?: Tensor | null | undefined;
}

/** The mean over classes (the last dimension) of the binary cross entropies of logits. */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: WeightedOptions = {},
): Tensor {
  const { weight } = options;
  const losses = target
    .mul(logsigmoid(input))
    .add(target.rsub(1).mul(logsigmoid(input.neg())))
    .neg();
  const weighted = weight == null ? losses : losses.mul(weight);
  const classes = input.shape[input.ndim - 1]!;
  return reduceLoss(weighted.sum(-1).div(classes), lossReduction(options));
}

/** Keyword arguments of {@link multiMarginLoss}. */
export interface MultiMarginOptions extends WeightedOptions {
  /** 1 or 2: the exponent of each hinge. Default 1. */
  readonly p?: number | undefined;
  /** Default 1. */
  readonly margin?: number | undefined;
}

const multiMargin = recomputed<{
  readonly p: number;
  readonly margin: number;
  readonly reduction: LossReduction;
}>('MultiMarginLossBackward0', ([input, target, weight], { p, margin, reduction }) => {
  const x = input!;
  const index = target!.unsqueeze(1);
  const hinges = x.sub(x.gather(1, index)).add(margin).relu();
  const powered = p === 1 ? hinges : hinges.square();
  const own = x.detach().newZeros(x.shape, { dtype: 'bool' }).scatter(1, index, true);
  const rows = powered.maskedFill(own, 0);
  const weighted = weight == null ? rows : rows.mul(weight.indexSelect(0, target!).unsqueeze(1));
  return reduceLoss(weighted.sum(1).div(x.shape[1]!), reduction);
});

/** The mean over wrong classes of max(0, margin - input[target] + input[class])^p. */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginOptions = {}): Tensor {
  const { p = 1, margin = 1, weight } = options;
  const reduction = lossReduction(options);
  refuseGrad('multi_margin_loss', 'weight', weight);
  if (p !== 1 && p !== 2) fail('op/value', { text: 'only p == 1 and p == 2 supported' });
  if (weight != null && weight.ndim !== 1) {
    fail('op/value', { text: 'weight must be one-dimensional' });
  }
  const single = input.ndim < 2;
  const rows = single ? input.reshape([1, -1]) : input;
  if (target.ndim > 1 || target.numel() !== rows.shape[0]) {
    fail('op/argument', {
      text: `inconsistent target size, expected ${rows.shape[0]} but got ${sizes(target)}`,
    });
  }
  const attrs = { p, margin, reduction };
  const out = multiMargin([rows, target.reshape(-1), weight], attrs);
  return single && reduction === 'none' && target.ndim === 0 ? out.reshape([]) : out;
}

const multilabelMargin = recomputed<LossReduction>(
  'MultilabelMarginLossBackward0',
  ([input, target], reduction) => {
    const x = input!;
    const wanted = target!;
    // Targets end at the first -1.
    const there = wanted.ge(0).to('int64').cumprod(1).ne(0);
    const index = wanted.maskedFill(there.logicalNot(), 0);
    const marks = x.detach().newZeros(x.shape, { dtype: 'int64' });
    const isTarget = marks.scatterAdd(1, index, there.to('int64')).ne(0);
    const hinges = x.unsqueeze(1).sub(x.gather(1, index).unsqueeze(2)).add(1).relu();
    const counted = there.unsqueeze(2).logicalAnd(isTarget.logicalNot().unsqueeze(1));
    const rows = where(counted, hinges, 0).sum([1, 2]).div(x.shape[1]!);
    return reduceLoss(rows, reduction);
  },
);

/** The mean over classes of max(0, 1 - input[target] + input[other]), for targets listed up to the first -1. */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const reduction = lossReduction(options);
  if (sizes(input) !== sizes(target)) {
    fail('op/argument', {
      text: `inconsistent target size: ${sizes(target)} for input of size: ${sizes(input)}`,
    });
  }
  if (input.ndim >= 2) return multilabelMargin([input, target], reduction);
  const out = multilabelMargin([input.reshape([1, -1]), target.reshape([1, -1])], reduction);
  return out.reshape([]);
}

/** Keyword arguments of {@link tripletMarginLoss}. */
export interface TripletMarginOptions extends MarginOptions {
  /** The order of the distance's norm. Default 2. */
  readonly p?: number | undefined;
  /** Default 1e-6. */
  readonly eps?: number | undefined;
  /** Takes the distance of positive and negative instead, where that is smaller. Default false. */
  readonly swap?: boolean | undefined;
}

/** max(0, |anchor - positive| - |anchor - negative| + margin); margin 1 unless given. */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = options;
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim) {
    fail('op/argument', {
      text: `All inputs should have same dimension but got ${anchor.ndim}D, ${positive.ndim}D and ${negative.ndim}D inputs.`,
    });
  }
  const distance = (a: Tensor, b: Tensor): Tensor => pairwiseDistance(a, b, { p, eps });
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const apart = swap ? far.minimum(distance(positive, negative)) : far;
  return reduceLoss(near.add(margin).sub(apart).clampMin(0), lossReduction(options));
}

/** Keyword arguments of {@link tripletMarginWithDistanceLoss}. */
export interface TripletDistanceOptions {
  /** Default {@link pairwiseDistance}. */
  readonly distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null | undefined;
  readonly margin?: number | undefined;
  readonly swap?: boolean | undefined;
  readonly reduction?: LossReduction | undefined;
}

/** {@link tripletMarginLoss} with any distance. */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletDistanceOptions = {},
): Tensor {
  const { margin = 1, swap = false } = options;
  const distance = options.distanceFunction ?? ((a: Tensor, b: Tensor) => pairwiseDistance(a, b));
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const apart = swap ? far.minimum(distance(positive, negative)) : far;
  return reduceLoss(near.sub(apart).add(margin).clamp(0), lossReduction(options));
}
