import { type DType, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import {
  type Expr,
  emptyTensor,
  type GradRecord,
  launchMap,
  noGrad,
  type Pointwise,
  pointwise,
  s,
  type Tensor,
  track,
} from '../extend/index.ts';
import { gatherInto } from '../ops/internal/indexed.ts';
import { Reduction } from '../ops/internal/reduction.ts';
import { load, param, type ScalarKernel, scalarKernel } from '../scalar/index.ts';
import { titleOf } from './activation.ts';
import { type LossOptions, type LossReduction, lossReduction, reduceLoss, refuseGrad } from './reduction.ts';

/** Keyword arguments of {@link nllLoss}. */
export interface NllOptions extends LossOptions {
  /** A weight for each class. */
  readonly weight?: Tensor | null | undefined;
  /** Targets of this value count for nothing. Default -100. */
  readonly ignoreIndex?: number | undefined;
}

interface NllAttrs {
  readonly reduction: LossReduction;
  readonly shape: readonly number[];
}

/** Minus the product with a weight. What is ignored counts 0 even if it is infinite. */
const weightedExpr = (x: Expr, weight: Expr): Expr =>
  s.where(s.ne(weight, 0), s.neg(s.mul(x, weight)), s.literal(0, x.dtype));
const weighted: Pointwise = pointwise<2>('nll_loss', {
  node: 'NllLossBackward0',
  forward: (x, weight) => weightedExpr(x, weight!),
  grads: [{ in: [1], vjp: (g, c) => weighted.call([g, c.input(1)], undefined) }, null],
});
const weightedSum = new Reduction('sum', (x, weight) => weightedExpr(x, weight!));
/** Inputs: log-probabilities [N, C, …], index [N, …], weights of the targets [N, …], their sum. */
const nllRecord = (name: string): GradRecord<NllAttrs> => ({
  name,
  grads: [
    {
      in: [1, 2, 3],
      vjp: (g, c) => {
        const each = c.attrs.reduction === 'mean' ? g.div(c.input(3)) : g;
        const owed = weighted.call([each, c.input(2)], undefined);
        return g.newZeros(c.attrs.shape).scatterAdd(1, c.input(1).unsqueeze(1), owed.unsqueeze(1));
      },
    },
    null,
    null,
    null,
  ],
});
const nll1d = nllRecord('NllLossBackward0');
const nll2d = nllRecord('NllLoss2DBackward0');

function checkTarget(input: Tensor, target: Tensor, weight: Tensor | undefined): void {
  if (input.ndim < 2) {
    if (input.ndim === 0 || target.ndim > 1) {
      fail('op/argument', { text: '0D or 1D target tensor expected, multi-target not supported' });
    }
    if (target.ndim === 1 && target.shape[0] !== input.shape[0]) {
      fail('op/argument', {
        text: `size mismatch (got input: [${input.shape[0]}], target: [${target.shape[0]}])`,
      });
    }
    return;
  }
  if (input.shape[0] !== target.shape[0]) {
    fail('op/value', {
      text: `Expected input batch_size (${input.shape[0]}) to match target batch_size (${target.shape[0]}).`,
    });
  }
  if (input.ndim === 2 && target.ndim > 1) {
    fail('op/argument', { text: '0D or 1D target tensor expected, multi-target not supported' });
  }
  const inner = input.shape.slice(2);
  if (inner.some((n, d) => n !== target.shape[d + 1]) || target.ndim !== input.ndim - 1) {
    const list = (x: readonly number[]): string => `[${x.join(', ')}]`;
    fail('op/argument', {
      text:
        target.ndim === input.ndim - 1
          ? `size mismatch (got input: ${list(input.shape)} , target: ${list(target.shape)}`
          : `only batches of spatial targets supported (3D tensors) but got targets of dimension: ${target.ndim}`,
    });
  }
  if (weight !== undefined && weight.numel() !== input.shape[1]) {
    fail('op/argument', {
      text: `weight tensor should be defined either for all ${input.shape[1]} classes or no classes but got weight tensor of shape: [${weight.shape.join(', ')}]`,
    });
  }
}

/** The targets with class 0 for those that are ignored. */
const classes = pointwise('nll_loss', {
  forward: (target, ignored) => s.where(s.eq(target, ignored!), s.literal(0, target.dtype), target),
});
const ones: Partial<Record<DType, ScalarKernel>> = {};

/** 1 for each target, 0 where it is ignored. */
function counting(target: Tensor, ignored: number, dtype: DType): Tensor {
  ones[dtype] ??= scalarKernel(s.cast(s.ne(load(0, 'int64'), param(0, 'int64')), dtype), dtype);
  const out = emptyTensor(target.backend, dtype, target.shape);
  launchMap(ones[dtype], out, [target], [BigInt(ignored)]);
  return out;
}

/** What the targets' classes weigh, 0 where they are ignored, and the targets with ignored ones as class 0. */
function targetWeights(
  input: Tensor,
  target: Tensor,
  weight: Tensor | undefined,
  ignoreIndex: number,
): { index: Tensor; weights: Tensor } {
  const index = classes.call([target], undefined, [ignoreIndex]);
  if (weight === undefined) return { index, weights: counting(target, ignoreIndex, input.dtype) };
  const own = weight.detach().indexSelect(0, index.reshape(-1)).reshape(index.shape);
  return { index, weights: own.maskedFill(target.eq(ignoreIndex), 0) };
}

/** Minus the log-probability of the target's class: `input` is [C] or [N, C, …], `target` [] or [N, …] of int64. */
export function nllLoss(input: Tensor, target: Tensor, options: NllOptions = {}): Tensor {
  const reduction = lossReduction(options);
  const weight = options.weight ?? undefined;
  checkTarget(input, target, weight);
  refuseGrad(input.ndim > 2 ? 'nll_loss2d_forward' : 'nll_loss_forward', 'weight', weight);
  if (target.dtype !== 'int64') {
    fail('op/argument', { text: `expected scalar type Long but found ${titleOf(target.dtype)}` });
  }
  if (!isFloatingPoint(input.dtype)) {
    const kernel = input.ndim > 2 ? 'nll_loss2d_forward_out_frame' : 'nll_loss_out_frame';
    fail('dtype/not-implemented', { kernel, dtype: titleOf(input.dtype) });
  }
  if (input.ndim === 1) {
    const loss = nllLoss(input.unsqueeze(0), target.reshape([1]), options);
    return reduction === 'none' && target.ndim === 0 ? loss.squeeze(0) : loss;
  }
  const parts = noGrad(() => {
    const { index, weights } = targetWeights(input, target.detach(), weight, options.ignoreIndex ?? -100);
    const chosen = pick(input.detach(), index);
    const total = weights.sum();
    if (reduction === 'none')
      return { out: weighted.call([chosen, weights], undefined), index, weights, total };
    const axes = chosen.shape.map((_, d) => d);
    const losses = weightedSum.run([chosen, weights], axes, false, input.dtype);
    return { out: reduction === 'sum' ? losses : losses.div(total), index, weights, total };
  });
  const record = input.ndim > 2 ? nll2d : nll1d;
  const inputs = [input, parts.index, parts.weights, parts.total];
  return track(record, parts.out, inputs, { reduction, shape: input.shape });
}

function pick(input: Tensor, index: Tensor): Tensor {
  const at = index.unsqueeze(1);
  const out = emptyTensor(input.backend, input.dtype, at.shape);
  const refuse = (bad: number): never => fail('op/index', { text: `Target ${bad} is out of bounds.` });
  gatherInto(out, input, 1, at, refuse);
  return out.squeeze(1);
}

/** Keyword arguments of {@link crossEntropy}. */
export interface CrossEntropyOptions extends NllOptions {
  /** How much of each target is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number | undefined;
}

/**
 * The cross entropy of logits [C] or [N, C, …] and targets: class numbers [] or [N, …] of int64, or probabilities of the
 * input's shape.
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0 } = options;
  const reduction = lossReduction(options);
  const settings = { ...options, reduction, sizeAverage: undefined, reduce: undefined };
  const axis = input.ndim === 1 ? 0 : 1;
  const same = input.ndim === target.ndim && input.shape.every((n, d) => n === target.shape[d]);
  if (same) {
    if (!isFloatingPoint(target.dtype)) {
      fail('op/argument', {
        text: `Expected floating point type for target with class probabilities, got ${titleOf(target.dtype)}`,
      });
    }
    if ((options.ignoreIndex ?? -100) >= 0) {
      fail('op/argument', { text: 'ignore_index is not supported for floating point target' });
    }
  }
  if (labelSmoothing < 0 || labelSmoothing > 1) {
    fail('op/argument', {
      text: `label_smoothing must be between 0.0 and 1.0. Got: ${labelSmoothing}`,
    });
  }
  const logProbs = input.logSoftmax(axis);
  if (same) return probabilities(logProbs, target, axis, settings);
  const loss = nllLoss(logProbs, target, settings);
  return labelSmoothing === 0 ? loss : smoothed(logProbs, target, loss, axis, settings);
}

function probabilities(
  logProbs: Tensor,
  target: Tensor,
  axis: number,
  { labelSmoothing = 0, weight, reduction = 'mean' }: CrossEntropyOptions,
): Tensor {
  const classes = logProbs.shape[axis]!;
  const wanted = labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const products = logProbs.mul(wanted);
  const weighted = weight == null ? products : products.mul(alongClasses(weight, logProbs, axis));
  if (reduction === 'none') return weighted.sum(axis).neg();
  const total = weighted.sum().neg();
  return reduction === 'sum' ? total : total.div(logProbs.numel() / classes);
}

function alongClasses(weight: Tensor, like: Tensor, axis: number): Tensor {
  return weight.reshape(like.shape.map((_, d) => (d === axis ? -1 : 1)));
}

function smoothed(
  logProbs: Tensor,
  target: Tensor,
  loss: Tensor,
  axis: number,
  { labelSmoothing = 0, weight, ignoreIndex = -100, reduction = 'mean' }: CrossEntropyOptions,
): Tensor {
  const classes = logProbs.shape[axis]!;
  const weighted = weight == null ? logProbs : logProbs.mul(alongClasses(weight, logProbs, axis));
  const ignored = target.eq(ignoreIndex);
  const even = weighted.sum(axis).neg().maskedFill(ignored, 0);
  const share = labelSmoothing / classes;
  if (reduction !== 'mean') return loss.mul(1 - labelSmoothing).add(reduceLoss(even, reduction).mul(share));
  const total = noGrad(() => targetWeights(logProbs, target, weight ?? undefined, ignoreIndex).weights.sum());
  return loss.mul(1 - labelSmoothing).add(even.sum().div(total).mul(share));
}
