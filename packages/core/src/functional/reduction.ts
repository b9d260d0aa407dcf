import { fail, warn } from '../errors/index.ts';
import { isTracked, type Tensor } from '../extend/index.ts';

/** How a loss puts its elements together: not at all, their mean, or their sum. */
export type LossReduction = 'none' | 'mean' | 'sum';

/** Keyword arguments of losses. */
export interface LossOptions {
  /** Default `mean`. */
  readonly reduction?: LossReduction | undefined;
  /** PyTorch's older spelling of `reduction`. */
  readonly sizeAverage?: boolean | null | undefined;
  /** PyTorch's older spelling of `reduction`. */
  readonly reduce?: boolean | null | undefined;
}

/** The reduction that the options ask for. @throws `op/value` */
export function lossReduction(options: LossOptions): LossReduction {
  const { reduction = 'mean', sizeAverage, reduce } = options;
  if (sizeAverage != null || reduce != null) {
    const legacy = reduce === false ? 'none' : sizeAverage === false ? 'sum' : 'mean';
    warn(`size_average and reduce args will be deprecated, please use reduction='${legacy}' instead.`);
    return legacy;
  }
  if (reduction !== 'none' && reduction !== 'mean' && reduction !== 'sum') {
    fail('op/value', { text: `${String(reduction)} is not a valid value for reduction` });
  }
  return reduction;
}

/** The elements of a loss put together. */
export function reduceLoss(loss: Tensor, reduction: LossReduction): Tensor {
  if (reduction === 'none') return loss;
  return reduction === 'mean' ? loss.mean() : loss.sum();
}

/** The gradient of each of `count` elements of a loss, from that of the loss. */
export function spreadGrad(g: Tensor, reduction: LossReduction, count: number): Tensor {
  return reduction === 'mean' ? g.div(count) : g;
}

/** Refuses a tensor that wants a gradient where there is none. @throws `op/argument` */
export function refuseGrad(op: string, name: string, x: Tensor | null | undefined): void {
  if (x == null || !isTracked([x])) return;
  fail('op/argument', {
    text: `The function '${op}' is not differentiable with respect to argument '${name}'. This input cannot have requires_grad True.`,
  });
}

/** Sizes as PyTorch's messages show them. */
export function sizeText(x: Tensor): string {
  return `torch.Size([${x.shape.join(', ')}])`;
}

/** Warns where broadcasting makes a loss that was probably not meant. */
export function warnOfBroadcast(input: Tensor, target: Tensor): void {
  if (input.ndim === target.ndim && input.shape.every((n, d) => n === target.shape[d])) return;
  warn(
    `Using a target size (${sizeText(target)}) that is different to the input size (${sizeText(input)}). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.`,
  );
}
