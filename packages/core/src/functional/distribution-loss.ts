import { fail, warn } from '../errors/index.ts';
import { canRead, noGrad, type Tensor } from '../extend/index.ts';
import { type LossOptions, type LossReduction, lossReduction, reduceLoss } from './reduction.ts';

/** Keyword arguments of {@link klDiv}. */
export interface KlDivOptions extends Omit<LossOptions, 'reduction'> {
  /** `batchmean`, the mathematical definition, divides the sum by the batch size. Default `mean`. */
  readonly reduction?: LossReduction | 'batchmean' | undefined;
  /** The target, too, is given as logarithms. Default false. */
  readonly logTarget?: boolean | undefined;
}

/** The Kullback-Leibler divergence target · (log target - input), for log-probabilities `input`. */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = 'mean', logTarget = false, sizeAverage, reduce } = options;
  if (reduction === 'mean' && sizeAverage == null && reduce == null) {
    warn(
      "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.",
    );
  }
  const batch = reduction === 'batchmean';
  const how = lossReduction({ sizeAverage, reduce, reduction: batch ? 'sum' : reduction });
  const losses = logTarget
    ? target.exp().mul(target.sub(input))
    : target.xlogy(target).sub(target.mul(input));
  const out = reduceLoss(losses, how);
  return batch && input.ndim > 0 ? out.div(input.shape[0]!) : out;
}

/** Keyword arguments of {@link poissonNllLoss}. */
export interface PoissonNllOptions extends LossOptions {
  /** The input is the logarithm of the rate. Default true. */
  readonly logInput?: boolean | undefined;
  /** Adds Stirling's approximation for targets above 1. Default false. */
  readonly full?: boolean | undefined;
  /** Keeps log(0) away when the input is the rate. Default 1e-8. */
  readonly eps?: number | undefined;
}

/** Minus the log-likelihood of counts `target` under Poisson rates. */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNllOptions = {}): Tensor {
  const { logInput = true, full = false, eps = 1e-8 } = options;
  const reduction = checkedReduction(options);
  const loss = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
  if (!full) return reduceLoss(loss, reduction);
  const stirling = target
    .mul(target.log())
    .sub(target)
    .add(
      target
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return reduceLoss(loss.add(stirling.maskedFill(target.le(1), 0)), reduction);
}

/** As {@link lossReduction}, with the text of functions written in Python. */
function checkedReduction(options: LossOptions): LossReduction {
  const { reduction = 'mean' } = options;
  if (reduction !== 'none' && reduction !== 'mean' && reduction !== 'sum') {
    fail('op/value', { text: `${String(reduction)} is not valid` });
  }
  return lossReduction(options);
}

/** Keyword arguments of {@link gaussianNllLoss}. */
export interface GaussianNllOptions {
  readonly reduction?: LossReduction | undefined;
  /** Adds the constant log(2π) / 2. Default false. */
  readonly full?: boolean | undefined;
  /** Variances are taken as at least this. Default 1e-6. */
  readonly eps?: number | undefined;
}

/** Minus the log-likelihood of `target` under normal distributions of mean `input` and variance `variance`. */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNllOptions = {},
): Tensor {
  const { full = false, eps = 1e-6 } = options;
  const spread = fittedVariance(input, variance);
  const reduction = checkedReduction(options);
  if (spread.numel() > 0 && canRead(spread)) {
    if (noGrad(() => spread.detach().lt(0).any().item()) === true) {
      fail('op/value', { text: 'var has negative entry/entries' });
    }
  }
  const limited = spread.clone();
  // The limit takes no part in the gradient.
  noGrad(() => limited.clamp_(eps));
  const loss = limited.log().add(input.sub(target).pow(2).div(limited)).mul(0.5);
  return reduceLoss(full ? loss.add(0.5 * Math.log(2 * Math.PI)) : loss, reduction);
}

/** A variance for each element, or one for each row: then with a last dimension of 1. */
function fittedVariance(input: Tensor, variance: Tensor): Tensor {
  const text = (shape: readonly number[]): string => shape.join();
  if (text(variance.shape) === text(input.shape)) return variance;
  const lead = text(input.shape.slice(0, -1));
  if (lead === text(variance.shape)) return variance.unsqueeze(-1);
  const fits = lead === text(variance.shape.slice(0, -1)) && variance.shape.at(-1) === 1;
  return fits ? variance : fail('op/value', { text: 'var is of incorrect size' });
}
