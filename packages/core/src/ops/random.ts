import type { GradRecord } from '../autograd/index.ts';
import { dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, noGrad, type Tensor, track } from '../extend/index.ts';
import * as rng from '../rng/index.ts';
import { readNumbers } from './host.ts';
import { drawInto, drawOnce, type Fill, type RandomOptions, refuseExamples } from './internal/draw.ts';
import { overwrite } from './internal/inplace.ts';
import type { LikeOptions } from './like.ts';

const fills = (name: string): GradRecord<undefined> => ({ name, grads: [{ vjp: (g) => g.zerosLike() }] });
const uniformRecord = fills('UniformBackward0');
const normalRecord = fills('NormalBackward0');
const otherRecord = fills('RandomBackward0');
const bernoulliRecord = fills('BernoulliBackward0');

function refill(self: Tensor, record: GradRecord<undefined>, options: RandomOptions, fill: Fill): Tensor {
  return overwrite(self, record, [self], () => drawInto(self, options.generator, fill));
}

/** Every element uniform in [from, to). */
export function uniform_(self: Tensor, from = 0, to = 1, options: RandomOptions = {}): Tensor {
  return refill(self, uniformRecord, options, (g, out) => rng.uniform(g, out, self.dtype, from, to));
}

/** Every element normal. */
export function normal_(self: Tensor, mean = 0, std = 1, options: RandomOptions = {}): Tensor {
  return refill(self, normalRecord, options, (g, out, contiguous) =>
    rng.normal(g, out, self.dtype, mean, std, { contiguous }),
  );
}

/** Every element a random integer: of the dtype's range, below `to`, or in [from, to). */
export function random_(
  self: Tensor,
  from?: number | bigint,
  to?: number | bigint | null,
  options: RandomOptions = {},
): Tensor {
  return refill(self, otherRecord, options, (g, out) => {
    if (from === undefined) rng.random(g, out, self.dtype);
    else if (to === undefined) rng.randomBetween(g, out, self.dtype, 0, from);
    else rng.randomBetween(g, out, self.dtype, from, to ?? undefined);
  });
}

/** Every element 1 with probability `p`, a number or a tensor of probabilities, else 0. */
export function bernoulli_(self: Tensor, p: number | Tensor = 0.5, options: RandomOptions = {}): Tensor {
  const chances = typeof p === 'number' ? p : probabilities(p.expand(self.shape));
  return refill(self, otherRecord, options, (g, out) => {
    if (typeof chances === 'number') rng.bernoulliScalar(g, out, self.dtype, chances);
    else rng.bernoulliTensor(g, out, self.dtype, chances);
  });
}

function probabilities(p: Tensor): Float32Array | Float64Array {
  const wide = noGrad(() => (p.dtype === 'float64' ? p.detach() : p.detach().to('float32')));
  return wide.toElements() as Float32Array | Float64Array;
}

/** Every element exponentially distributed with rate `lambd`. */
export function exponential_(self: Tensor, lambd = 1, options: RandomOptions = {}): Tensor {
  return refill(self, otherRecord, options, (g, out) => rng.exponential(g, out, self.dtype, lambd));
}

/** Every element the number of trials until a success of probability `p`. */
export function geometric_(self: Tensor, p: number, options: RandomOptions = {}): Tensor {
  return refill(self, otherRecord, options, (g, out) => rng.geometric(g, out, self.dtype, p));
}

/** Every element Cauchy distributed. */
export function cauchy_(self: Tensor, median = 0, sigma = 1, options: RandomOptions = {}): Tensor {
  return refill(self, otherRecord, options, (g, out) => rng.cauchy(g, out, self.dtype, median, sigma));
}

/** Every element the exponential of a normal number. */
export function logNormal_(self: Tensor, mean = 1, std = 2, options: RandomOptions = {}): Tensor {
  return refill(self, otherRecord, options, (g, out) => rng.logNormal(g, out, self.dtype, mean, std));
}

/** For each element, taken as a probability, 1 with that probability, else 0. */
export function bernoulli(self: Tensor, p?: number, options: RandomOptions = {}): Tensor {
  if (p === undefined && !isFloatingPoint(self.dtype)) {
    fail('dtype/not-implemented', { kernel: 'bernoulli_tensor_cpu_p_', dtype: dtypeInfo[self.dtype].title });
  }
  const out = self.detach().emptyLike();
  out.bernoulli_(p ?? self.detach(), options);
  return track(bernoulliRecord, out, [self], undefined);
}

/** For each element, taken as a rate, a Poisson distributed number. */
export function poisson(self: Tensor, options: RandomOptions = {}): Tensor {
  const out = emptyTensor(self.backend, self.dtype, self.shape);
  const rates = readNumbers(self, 'poisson');
  drawInto(out, options.generator, (g, elements) => rng.poisson(g, elements, self.dtype, rates));
  return track(fills('PoissonBackward0'), out, [self], undefined);
}

/**
 * Indices drawn from each row's weights, `numSamples` a row, with or without putting them back. int64.
 */
export function multinomial(
  self: Tensor,
  numSamples: number,
  replacement = false,
  options: RandomOptions = {},
): Tensor {
  if (self.ndim !== 1 && self.ndim !== 2) fail('op/argument', { text: 'prob_dist must be 1 or 2 dim' });
  refuseExamples();
  const categories = self.shape[self.ndim - 1]!;
  const weights = noGrad(() =>
    self
      .detach()
      .to(self.dtype === 'float64' ? 'float64' : 'float32')
      .toElements(),
  );
  const drawn = drawOnce(options.generator, (generator) =>
    rng.multinomial(generator, weights as Float32Array, self.dtype, {
      categories,
      samples: numSamples,
      replacement,
    }),
  );
  const out = emptyTensor(self.backend, 'int64', [...self.shape.slice(0, -1), numSamples]);
  if (drawn.length > 0) out.storage.write(0, drawn);
  return out;
}

/** Uniform numbers in the shape of a tensor. */
export function randLike(self: Tensor, options: LikeOptions & RandomOptions = {}): Tensor {
  return withGrad(
    self
      .detach()
      .emptyLike({ ...options, requiresGrad: false })
      .uniform_(0, 1, options),
    options,
  );
}

/** Normal numbers in the shape of a tensor. */
export function randnLike(self: Tensor, options: LikeOptions & RandomOptions = {}): Tensor {
  return withGrad(
    self
      .detach()
      .emptyLike({ ...options, requiresGrad: false })
      .normal_(0, 1, options),
    options,
  );
}

/** Whole numbers in [low, high) in the shape of a tensor. */
export function randintLike(
  self: Tensor,
  ...args: (number | bigint | (LikeOptions & RandomOptions) | undefined)[]
): Tensor {
  const bounds = args.filter((x): x is number | bigint => typeof x === 'number' || typeof x === 'bigint');
  const options = (args.find((x) => typeof x === 'object') ?? {}) as LikeOptions & RandomOptions;
  const [low, high] = bounds.length === 1 ? [0, bounds[0]!] : [bounds[0]!, bounds[1]!];
  const out = self.detach().emptyLike({ ...options, requiresGrad: false });
  drawInto(out, options.generator, (g, elements) => rng.randint(g, elements, out.dtype, low, high));
  return withGrad(out, options);
}

function withGrad(out: Tensor, options: LikeOptions): Tensor {
  return options.requiresGrad === true ? out.requiresGrad_(true) : out;
}
