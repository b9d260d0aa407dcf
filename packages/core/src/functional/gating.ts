import { type DType, isFloatingPoint } from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import { type GradRecord, noGrad, pointwise, s, type Tensor, track } from '../extend/index.ts';
import { fromNumbers, readNumbers } from '../ops/host.ts';
import { drawOnce, refuseExamples } from '../ops/internal/draw.ts';
import { cat } from '../ops/join.ts';
import { logSoftmax as logSoftmaxOp, softmax as softmaxOp } from '../ops/softmax.ts';
import { where } from '../ops/where.ts';
import { defaultGenerator, type Generator } from '../rng/index.ts';
import { normalizeAxis } from '../shape/index.ts';
import { type InplaceOptions, leakyRelu, titleOf } from './activation.ts';

const gated = pointwise('glu', { forward: (a, b) => s.mul(a, s.sigmoid(b!)) });

const gluRecord: GradRecord<number> = {
  name: 'GluBackward0',
  grads: [
    {
      in: [0],
      vjp: (g, c) => {
        const [a, b] = c.input(0).chunk(2, c.attrs) as [Tensor, Tensor];
        const gate = b.sigmoid();
        const first = g.mul(gate);
        const second = first.mul(gate.rsub(1)).mul(a);
        return cat([first, second], c.attrs);
      },
    },
  ],
};

/** The first half along `dim`, times the sigmoid of the second half. */
export function glu(input: Tensor, dim = -1): Tensor {
  if (input.ndim === 0) {
    fail('op/argument', { text: 'glu does not support scalars because halving size must be even' });
  }
  const axis = normalizeAxis(dim, input.ndim);
  const size = input.shape[axis]!;
  if (size % 2 !== 0) {
    fail('op/argument', {
      text: `Halving dimension must be even, but dimension ${axis} is size ${size}`,
    });
  }
  if (!isFloatingPoint(input.dtype)) notFor('glu_cpu', input.dtype);
  const own = noGrad(() => input.detach());
  const half = size / 2;
  const out = noGrad(() => gated.call([own.narrow(axis, 0, half), own.narrow(axis, half, half)], undefined));
  return track(gluRecord, out, [input], axis);
}

function notFor(kernel: string, dtype: DType): never {
  return fail('dtype/not-implemented', { kernel, dtype: titleOf(dtype) });
}

const preluOp = pointwise('prelu', {
  forward: (x, weight) => s.where(s.gt(x, 0), x, s.mul(x, weight!)),
});

const preluRecord: GradRecord<undefined> = {
  name: 'PreluBackward0',
  grads: [
    {
      in: [0, 1],
      vjp: (g, c) => {
        const x = c.input(0);
        return where(x.gt(0), g, g.mul(alongChannels(c.input(1), x)));
      },
    },
    {
      in: [0, 1],
      vjp: (g, c) => {
        const x = c.input(0);
        const weight = c.input(1);
        const all = x.mul(g).maskedFill(x.gt(0), 0);
        const keep = weight.numel() === 1 ? [] : [Math.min(1, x.ndim - 1)];
        const axes = x.shape.map((_, d) => d).filter((d) => !keep.includes(d));
        return (axes.length === 0 ? all : all.sum(axes)).reshape(weight.shape);
      },
    },
  ],
};

/** One weight for each channel (dimension 1) of `x`, or one for all, in a shape that broadcasts. */
function alongChannels(weight: Tensor, x: Tensor): Tensor {
  if (weight.numel() === 1) return weight.reshape(new Array<number>(x.ndim).fill(1));
  return weight.reshape(x.shape.map((_, d) => (d === Math.min(1, x.ndim - 1) ? -1 : 1)));
}

/** x above 0, else weight · x, with one weight for all or one for each channel; the gradient at 0 is the weight. */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  if (weight.ndim > 1) {
    fail('op/argument', {
      text: `prelu: Expected \`weight\` to be a scalar or 1D tensor, but got ndim = ${weight.ndim}`,
    });
  }
  if (weight.numel() !== 1) {
    if (input.ndim === 0) fail('op/argument', { text: 'Not allow zero-dim input tensor.' });
    const channels = input.ndim > 1 ? input.shape[1]! : 1;
    if (channels !== weight.numel()) {
      fail('op/argument', {
        text: `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weight.numel()} and channel size = ${channels}.`,
      });
    }
  }
  if (weight.dtype !== input.dtype) {
    fail('op/argument', {
      text: `Found dtype ${titleOf(weight.dtype)} but expected ${titleOf(input.dtype)}`,
    });
  }
  if (!isFloatingPoint(input.dtype)) notFor('prelu_cpu', input.dtype);
  const out = noGrad(() => preluOp.call([input.detach(), alongChannels(weight.detach(), input)], undefined));
  return track(preluRecord, out, [input, weight], undefined);
}

/** Keyword arguments of {@link rrelu}. */
export interface RreluOptions extends InplaceOptions {
  /** Draws a slope for each negative element; otherwise the mean of the bounds is the slope. Default false. */
  readonly training?: boolean | undefined;
  readonly generator?: Generator | undefined;
}

const noisy: GradRecord<undefined> = {
  name: 'RreluWithNoiseBackward0',
  grads: [{ in: [1], vjp: (g, c) => g.mul(c.input(1)) }, null],
};

/** {@link leakyRelu} whose slope is drawn from [lower, upper] for each negative element while training. */
export function rrelu(
  input: Tensor,
  lower = 1 / 8,
  upper = 1 / 3,
  { training = false, inplace = false, generator = defaultGenerator }: RreluOptions = {},
): Tensor {
  if (lower > upper) {
    fail('op/argument', { text: 'Lower bound should be less than or equal to the upper bound' });
  }
  if (!training) return leakyRelu(input, (lower + upper) / 2, { inplace });
  if (!isFloatingPoint(input.dtype)) notFor('rrelu_with_noise_out_cpu', input.dtype);
  refuseExamples();
  const noise = noGrad(() => slopes(input.detach(), lower, upper, generator));
  if (inplace) return input.mul_(noise);
  const out = noGrad(() => input.detach().mul(noise));
  return track(noisy, out, [input, noise], undefined);
}

/** 1 for positive elements, a drawn slope for the others: only those draw. */
function slopes(x: Tensor, lower: number, upper: number, generator: Generator): Tensor {
  const elements = readNumbers(x, 'rrelu');
  const drawn = drawOnce(generator, (source) =>
    elements.map((value) => (value <= 0 ? source.uniform53() * (upper - lower) + lower : 1)),
  );
  return fromNumbers(x, x.dtype, x.shape, drawn);
}

/** Keyword arguments of {@link softmin} and its kin. */
export interface SoftminOptions {
  /** Converts the elements first. */
  readonly dtype?: DType | undefined;
}

function dimFor(name: string, input: Tensor, dim: number | null | undefined): number {
  if (dim != null) return dim;
  warn(
    `Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument.`,
  );
  return input.ndim === 0 || input.ndim === 1 || input.ndim === 3 ? 0 : 1;
}

/** e^-x along `dim`, divided by its sum there. */
export function softmin(input: Tensor, dim?: number | null, options: SoftminOptions = {}): Tensor {
  return softmaxOp(input.neg(), dimFor('softmin', input, dim), options);
}

/** e^x along `dim`, divided by its sum there. */
export function softmax(input: Tensor, dim?: number | null, options: SoftminOptions = {}): Tensor {
  return softmaxOp(input, dimFor('softmax', input, dim), options);
}

/** log of {@link softmax}, without losing small probabilities. */
export function logSoftmax(input: Tensor, dim?: number | null, options: SoftminOptions = {}): Tensor {
  return logSoftmaxOp(input, dimFor('log_softmax', input, dim), options);
}

/** Keyword arguments of {@link gumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** The temperature: the smaller, the closer to a choice. Default 1. */
  readonly tau?: number | undefined;
  /** Gives a choice, one 1 along `dim`, with the gradient of the soft result. Default false. */
  readonly hard?: boolean | undefined;
  /** Has no effect. */
  readonly eps?: number | undefined;
  /** Default -1. */
  readonly dim?: number | undefined;
  readonly generator?: Generator | undefined;
}

/** A sample of the Gumbel-softmax distribution. */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const { tau = 1, hard = false, dim = -1, generator } = options;
  const draws = logits.detach().newEmpty(logits.shape).exponential_(1, { generator });
  const soft = logits.add(draws.log().neg()).div(tau).softmax(dim);
  if (!hard) return soft;
  const index = soft.detach().argmax(dim, { keepdim: true });
  const choice = soft.detach().zerosLike().scatter(dim, index, 1);
  return choice.sub(soft.detach()).add(soft);
}
