import { dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import { canRead, type Tensor } from '../extend/index.ts';

/** Keyword arguments of {@link cov}. */
export interface CovOptions {
  /** What is taken from the number of observations. Default 1. */
  readonly correction?: number;
  /** How often each observation was made: whole numbers. */
  readonly fweights?: Tensor | null;
  /** How much each observation counts. */
  readonly aweights?: Tensor | null;
}

function checkWeights(name: string, weights: Tensor, observations: number, whole: boolean): void {
  const complain = (text: string): never => fail('op/argument', { text: `cov(): ${text}` });
  if (weights.ndim > 1) {
    complain(
      `expected ${name} to have one or fewer dimensions but got ${name} with ${weights.ndim} dimensions`,
    );
  }
  if (isFloatingPoint(weights.dtype) === whole) {
    const kind = whole ? 'integral' : 'floating point';
    complain(
      `expected ${name} to have ${kind} dtype but got ${name} with ${dtypeInfo[weights.dtype].title} dtype`,
    );
  }
  if (weights.numel() !== observations) {
    complain(
      `expected ${name} to have the same numel as there are observations in the input but got ${weights.numel()} != ${observations}`,
    );
  }
  if (canRead(weights) && weights.detach().lt(0).any().item() === true) {
    complain(`${name} cannot be negative`);
  }
}

/** The covariances of variables (rows) from observations (columns). */
export function cov(self: Tensor, options: CovOptions = {}): Tensor {
  const { correction = 1 } = options;
  const fweights = options.fweights ?? undefined;
  const aweights = options.aweights ?? undefined;
  if (self.ndim > 2) {
    fail('op/argument', {
      text: `cov(): expected input to have two or fewer dimensions but got an input with ${self.ndim} dimensions`,
    });
  }
  const x = self.ndim < 2 ? self.reshape([1, -1]) : self;
  const observations = x.shape[1]!;
  if (fweights !== undefined) checkWeights('fweights', fweights, observations, true);
  if (aweights !== undefined) checkWeights('aweights', aweights, observations, false);
  const weights =
    fweights === undefined ? aweights : aweights === undefined ? fweights : fweights.mul(aweights);
  if (weights === undefined) return unweighted(x, observations - correction);
  const total = weights.sum();
  const mean = x.mul(weights).sum(1).div(total);
  const taken =
    aweights === undefined || correction === 0
      ? total.sub(correction)
      : total.sub(weights.mul(aweights).sum().mul(correction).div(total));
  const centred = x.sub(mean.unsqueeze(1));
  const product = centred.mm(centred.mul(weights).to(centred.dtype).t());
  return product.div(taken.clamp(0)).squeeze();
}

function unweighted(x: Tensor, divisor: number): Tensor {
  if (divisor <= 0) warn('cov(): degrees of freedom is <= 0');
  const centred = x.sub(x.sum(1).div(x.shape[1]!).unsqueeze(1));
  return centred.mm(centred.t()).div(Math.max(divisor, 0)).squeeze();
}

/** The correlations of variables (rows) from observations (columns). */
export function corrcoef(self: Tensor): Tensor {
  if (self.ndim > 2) {
    fail('op/argument', {
      text: `corrcoef(): expected input to have two or fewer dimensions but got an input with ${self.ndim} dimensions`,
    });
  }
  const c = cov(self);
  if (c.ndim === 0) return c.div(c);
  const deviation = c.diag().sqrt();
  return c.div(deviation.unsqueeze(1)).div(deviation.unsqueeze(0)).clamp(-1, 1);
}
