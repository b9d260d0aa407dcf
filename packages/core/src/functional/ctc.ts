import { enableGrad, grad } from '../autograd/index.ts';
import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { type GradRecord, noGrad, Tensor, track } from '../extend/index.ts';
import { cat } from '../ops/join.ts';
import { where } from '../ops/where.ts';
import type { LossReduction } from './reduction.ts';
import { indexVector, numberVector } from './tables.ts';

/** Lengths as a tensor or a list. */
export type Lengths = Tensor | readonly number[] | number;

/** Keyword arguments of {@link ctcLoss}. */
export interface CtcOptions {
  /** The class that stands for nothing. Default 0. */
  readonly blank?: number | undefined;
  readonly reduction?: LossReduction | undefined;
  /** Counts targets that cannot be reached as 0 instead of infinity. Default false. */
  readonly zeroInfinity?: boolean | undefined;
}

/** Finite stand-in for log 0: gradients through it vanish instead of becoming NaN. */
const NEVER = -1e30;

interface Alignment {
  readonly blank: number;
  readonly inputLengths: readonly number[];
  /** For each sample the target's classes. */
  readonly targets: readonly (readonly number[])[];
  readonly zeroInfinity: boolean;
}

/** Minus the log-probability of each sample's target: the forward algorithm over targets with blanks between, [N]. */
function alignments(logProbs: Tensor, { blank, inputLengths, targets }: Alignment): Tensor {
  const [time, batch] = logProbs.shape as [number, number, number];
  const longest = Math.max(...targets.map((own) => own.length));
  const width = 2 * longest + 1;
  const states = targets.map((own) =>
    Array.from({ length: width }, (_, s) => (s % 2 === 0 ? blank : (own[(s - 1) / 2] ?? blank))),
  );
  const classes = indexVector(logProbs, states.flat()).view([batch, width]);
  const mask = (flags: readonly boolean[]): Tensor =>
    numberVector(logProbs, flags.map(Number)).ne(0).view([batch, width]);
  // A step of two skips a blank, unless that would merge equal classes.
  const skips = mask(states.flatMap((own) => own.map((c, s) => s % 2 === 1 && s > 1 && c !== own[s - 2])));
  const starts = mask(
    states.flatMap((own, n) => own.map((_, s) => s === 0 || (s === 1 && targets[n]!.length > 0))),
  );
  const emitted = (t: number): Tensor => logProbs.select(0, t).gather(1, classes);
  const never = noGrad(() => logProbs.detach().newFull([batch, 2], NEVER));
  let alpha = time === 0 ? never : where(starts, emitted(0), NEVER);
  for (let t = 1; t < time; t++) {
    const padded = cat([never, alpha], 1);
    const byOne = padded.narrow(1, 1, width);
    const byTwo = where(skips, padded.narrow(1, 0, width), NEVER);
    const next = alpha.logaddexp(byOne).logaddexp(byTwo).add(emitted(t));
    const running = numberVector(
      logProbs,
      inputLengths.map((n) => (t < n ? 1 : 0)),
    )
      .ne(0)
      .unsqueeze(1);
    alpha = where(running, next, alpha);
  }
  const end = (offset: number): Tensor => {
    const at = targets.map((own) => Math.max(2 * own.length - offset, 0));
    return alpha.gather(1, indexVector(logProbs, at).unsqueeze(1)).squeeze(1);
  };
  const empty = numberVector(
    logProbs,
    targets.map((own) => (own.length === 0 ? 1 : 0)),
  ).ne(0);
  const total = where(empty, end(0), end(0).logaddexp(end(1)));
  return total.neg();
}

const unreachable = (nll: Tensor): Tensor => nll.gt(-NEVER / 10);

/**
 * PyTorch's gradient takes for granted that the input is a log-softmax: the true gradient plus the probabilities, times
 * what arrives.
 */
const record: GradRecord<Alignment> = {
  name: 'CtcLossBackward0',
  grads: [
    {
      in: [0],
      vjp: (g, c) => {
        const { inputLengths, zeroInfinity } = c.attrs;
        const logProbs = c.input(0).detach().requiresGrad_(true);
        const nll = enableGrad(() => alignments(logProbs, c.attrs));
        const [slope] = grad(nll, logProbs, { gradOutputs: nll.detach().onesLike() });
        const lost = noGrad(() => unreachable(nll.detach()));
        const time = logProbs.shape[0]!;
        const running = Array.from({ length: time }, (_, t) => inputLengths.map((n) => (t < n ? 1 : 0)));
        const inTime = numberVector(logProbs, running.flat()).view([time, -1, 1]);
        const own = noGrad(() => logProbs.detach().exp().add(slope!).mul(inTime));
        const filler = zeroInfinity ? 0 : Number.NaN;
        return own.maskedFill(lost.view([1, -1, 1]), filler).mul(g.view([1, -1, 1]));
      },
    },
  ],
};

function numbersOf(lengths: Lengths): number[] {
  if (typeof lengths === 'number') return [lengths];
  if (!(lengths instanceof Tensor)) return [...lengths];
  return Array.from(noGrad(() => lengths.detach().to('int64').toElements()) as BigInt64Array, Number);
}

/** The targets' classes, sample by sample: rows of a matrix, or one after the other. */
function targetLists(targets: Tensor, lengths: readonly number[]): number[][] {
  const all = Array.from(noGrad(() => targets.detach().to('int64').toElements()) as BigInt64Array, Number);
  let start = 0;
  return lengths.map((length, n) => {
    const at = targets.ndim > 1 ? n * targets.shape[1]! : start;
    start += length;
    return all.slice(at, at + length);
  });
}

function check(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: readonly number[],
  targetLengths: readonly number[],
  blank: number,
): void {
  const refuse = (text: string): never => fail('op/argument', { text });
  const [time, batch, classes] = logProbs.shape as [number, number, number];
  if (blank < 0 || blank >= classes) refuse('blank must be in label range');
  if (inputLengths.length !== batch) refuse('input_lengths must be of size batch_size');
  if (targetLengths.length !== batch) refuse('target_lengths must be of size batch_size');
  const where_ = '(while checking arguments for ctc_loss_cpu)';
  const longest = Math.max(0, ...targetLengths);
  const total = targetLengths.reduce((a, b) => a + b, 0);
  if (targets.ndim > 1 && targets.shape[1]! < longest) {
    refuse(
      `Expected tensor to have size at least ${longest} at dimension 1, but got size ${targets.shape[1]} for argument #2 'targets' ${where_}`,
    );
  }
  if (targets.ndim <= 1 && targets.numel() !== total) {
    refuse(
      `Expected tensor to have size ${total} at dimension 0, but got size ${targets.numel()} for argument #2 'targets' ${where_}`,
    );
  }
  const late = inputLengths.find((n) => n > time);
  if (late !== undefined) {
    refuse(`Expected input_lengths to have value at most ${time}, but got value ${late} ${where_}`);
  }
}

/**
 * Minus the log-probability of target sequences under all their alignments with the input: connectionist temporal
 * classification. `logProbs` is [T, N, C] or [T, C]; `targets` [N, S], or all targets one after the other.
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  options: CtcOptions = {},
): Tensor {
  const { blank = 0, reduction = 'mean', zeroInfinity = false } = options;
  const single = logProbs.ndim === 2;
  const wide = single ? logProbs.unsqueeze(1) : logProbs;
  const inputs = numbersOf(inputLengths);
  const lengths = numbersOf(targetLengths);
  if (wide.dtype !== 'float32' && wide.dtype !== 'float64') {
    fail('dtype/not-implemented', { kernel: 'ctc_loss_cpu', dtype: dtypeInfo[wide.dtype].title });
  }
  check(wide, targets, inputs, lengths, blank);
  const attrs = { blank, inputLengths: inputs, targets: targetLists(targets, lengths), zeroInfinity };
  const nll = noGrad(() => {
    const found = alignments(wide.detach(), attrs);
    return found.maskedFill(unreachable(found), Number.POSITIVE_INFINITY);
  });
  const losses = track(record, nll.detach(), [wide], attrs);
  const counted = zeroInfinity ? where(losses.isposinf(), 0, losses) : losses;
  if (reduction === 'sum') return counted.sum();
  if (reduction === 'mean') {
    return counted
      .div(
        numberVector(
          wide,
          lengths.map((n) => Math.max(n, 1)),
        ),
      )
      .mean();
  }
  return single ? counted.squeeze(0) : counted;
}
