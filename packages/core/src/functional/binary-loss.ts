import { fail } from '../errors/index.ts';
import { canRead, type GradRecord, noGrad, pointwise, s, type Tensor, track } from '../extend/index.ts';
import { titleOf } from './activation.ts';
import {
  type LossOptions,
  type LossReduction,
  lossReduction,
  reduceLoss,
  refuseGrad,
  sizeText,
  spreadGrad,
} from './reduction.ts';

/** Keyword arguments of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Multiplies the loss of each element. */
  readonly weight?: Tensor | null | undefined;
}

/** Keyword arguments of {@link binaryCrossEntropyWithLogits}. */
export interface LogitsOptions extends BinaryCrossEntropyOptions {
  /** Multiplies what positive targets contribute. */
  readonly posWeight?: Tensor | null | undefined;
}

interface BinaryAttrs {
  readonly reduction: LossReduction;
  readonly count: number;
}

const scaled = (x: Tensor, weight: Tensor | null | undefined): Tensor => (weight == null ? x : x.mul(weight));

const entropy = pointwise('binary_cross_entropy', {
  forward: (x, y) =>
    s.sub(s.mul(s.sub(y!, 1), s.max(s.log1p(s.neg(x)), -100)), s.mul(y!, s.max(s.log(x), -100))),
});

/** Inputs: probabilities, targets, weight. */
const entropyRecord = (weighted: boolean): GradRecord<BinaryAttrs> => {
  const reads = weighted ? [0, 1, 2] : [0, 1];
  const arrived = (g: Tensor, weight: Tensor | undefined, { reduction, count }: BinaryAttrs): Tensor =>
    scaled(spreadGrad(g, reduction, count), weight);
  return {
    name: 'BinaryCrossEntropyBackward0',
    grads: [
      {
        in: reads,
        vjp: (g, c) => {
          const x = c.input(0);
          const slope = x.sub(c.input(1)).div(x.rsub(1).mul(x).clamp(1e-12));
          return arrived(g, weighted ? c.input(2) : undefined, c.attrs).mul(slope);
        },
      },
      {
        in: reads,
        vjp: (g, c) => {
          const x = c.input(0);
          const slope = x.rsub(1).log().sub(x.log());
          return arrived(g, weighted ? c.input(2) : undefined, c.attrs).mul(slope);
        },
      },
      null,
    ],
  };
};
const entropyPlain = entropyRecord(false);
const entropyWeighted = entropyRecord(true);

/**
 * -(target · log input + (1 - target) · log(1 - input)), for probabilities. Logarithms are not below -100.
 * @throws `op/value` for sizes that differ, `op/argument` for inputs outside [0, 1]
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  const reduction = lossReduction(options);
  if (sizeText(input) !== sizeText(target)) {
    fail('op/value', {
      text: `Using a target size (${sizeText(target)}) that is different to the input size (${sizeText(input)}) is deprecated. Please ensure they have the same size.`,
    });
  }
  const weight = options.weight ?? undefined;
  if (target.dtype !== input.dtype) {
    fail('op/argument', {
      text: `Found dtype ${titleOf(target.dtype)} but expected ${titleOf(input.dtype)}`,
    });
  }
  refuseGrad('binary_cross_entropy', 'weight', weight);
  const x = input.detach();
  if (x.numel() > 0 && canRead(x)) {
    const outside = noGrad(() => x.ge(0).logicalAnd(x.le(1)).all().item() === false);
    if (outside) {
      fail('op/argument', { text: 'all elements of input should be between 0 and 1' });
    }
  }
  const out = noGrad(() =>
    reduceLoss(scaled(entropy.call([x, target.detach()], undefined), weight?.detach()), reduction),
  );
  const attrs = { reduction, count: input.numel() };
  const record = weight === undefined ? entropyPlain : entropyWeighted;
  return track(record, out, [input, target, weight], attrs);
}

/** log(1 + e^-x) without overflow. */
const logits = pointwise('binary_cross_entropy_with_logits', {
  forward: (x, y, positive) => {
    const high = s.max(s.neg(x), 0);
    const tail = s.add(high, s.log(s.add(s.exp(s.neg(high)), s.exp(s.sub(s.neg(x), high)))));
    return s.add(s.mul(s.sub(1, y!), x), s.mul(s.add(s.mul(s.sub(positive!, 1), y!), 1), tail));
  },
});

/** Inputs: logits, targets, weight, weight of positives. */
const logitsRecord = (weighted: boolean, balanced: boolean): GradRecord<BinaryAttrs> => {
  const reads = [0, 1, ...(weighted ? [2] : []), ...(balanced ? [3] : [])];
  const arrived = (g: Tensor, weight: Tensor | undefined, { reduction, count }: BinaryAttrs): Tensor =>
    scaled(spreadGrad(g, reduction, count), weight);
  return {
    name: 'BinaryCrossEntropyWithLogitsBackward0',
    grads: [
      {
        in: reads,
        vjp: (g, c) => {
          const y = c.input(1);
          const share = c.input(0).sigmoid();
          const each = arrived(g, weighted ? c.input(2) : undefined, c.attrs);
          if (!balanced) return share.sub(y).mul(each);
          const t = c.input(3).mul(y);
          return t.add(1).sub(y).mul(share).sub(t).mul(each);
        },
      },
      {
        in: reads,
        vjp: (g, c) => {
          const x = c.input(0);
          const each = arrived(g, weighted ? c.input(2) : undefined, c.attrs);
          if (!balanced) return x.neg().mul(each);
          const tail = x.neg().clamp(0).add(x.abs().neg().exp().log1p());
          return tail.mul(c.input(3).sub(1)).sub(x).mul(each);
        },
      },
      null,
      null,
    ],
  };
};
const logitsRecords = [false, true].map((weighted) =>
  [false, true].map((balanced) => logitsRecord(weighted, balanced)),
);

/** {@link binaryCrossEntropy} of sigmoid(input), computed without losing small probabilities. */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: LogitsOptions = {},
): Tensor {
  const reduction = lossReduction(options);
  if (sizeText(input) !== sizeText(target)) {
    fail('op/value', {
      text: `Target size (${sizeText(target)}) must be the same as input size (${sizeText(input)})`,
    });
  }
  const weight = options.weight ?? undefined;
  const positive = options.posWeight ?? undefined;
  refuseGrad('binary_cross_entropy_with_logits', 'weight', weight);
  refuseGrad('binary_cross_entropy_with_logits', 'pos_weight', positive);
  const losses = noGrad(() =>
    scaled(
      logits.call([input.detach(), target.detach(), positive?.detach() ?? 1], undefined),
      weight?.detach(),
    ),
  );
  const out = noGrad(() => reduceLoss(losses, reduction));
  const attrs = { reduction, count: losses.numel() };
  const record = logitsRecords[weight === undefined ? 0 : 1]![positive === undefined ? 0 : 1]!;
  return track(record, out, [input, target, weight, positive], attrs);
}
