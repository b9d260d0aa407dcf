import { fail } from '../errors/index.ts';
import { noGrad, type Tensor } from '../extend/index.ts';
import { recomputed } from '../ops/internal/recompute.ts';
import { type EmbeddingOptions, lookUp, paddingRow, renormRows } from './embedding.ts';
import { indexVector, numberVector } from './tables.ts';

/** How {@link embeddingBag} puts the rows of a bag together. */
export type BagMode = 'sum' | 'mean' | 'max';

/** Keyword arguments of {@link embeddingBag}. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where each bag of a flat input begins. */
  readonly offsets?: Tensor | null | undefined;
  /** Default `mean`. */
  readonly mode?: BagMode | undefined;
  /** A factor for each row; only for `sum`. */
  readonly perSampleWeights?: Tensor | null | undefined;
  /** The last offset is where the last bag ends. Default false. */
  readonly includeLastOffset?: boolean | undefined;
}

interface BagAttrs {
  readonly mode: BagMode;
  /** The bags' ends and beginnings. */
  readonly bounds: readonly number[];
  readonly padding: number | undefined;
  readonly byFrequency: boolean;
}

const bagOp = recomputed<BagAttrs>('EmbeddingBagBackward0', ([weight, index, , factors], attrs) => {
  const { mode, bounds, padding, byFrequency } = attrs;
  const rows = lookUp(weight!, index!, padding, byFrequency);
  const counted = padding === undefined ? undefined : index!.ne(padding);
  const bags = bounds.length - 1;
  if (mode === 'max') return largest(rows, counted, bounds);
  const weighted = factors == null ? rows : rows.mul(factors.unsqueeze(1));
  const parts = counted === undefined ? weighted : weighted.maskedFill(counted.logicalNot().unsqueeze(1), 0);
  const bagOf = Array.from({ length: bags }, (_, b) =>
    new Array<number>(bounds[b + 1]! - bounds[b]!).fill(b),
  ).flat();
  const first = bounds[0]!;
  const used = parts.narrow(0, first, bagOf.length);
  const owner = indexVector(rows, bagOf);
  const sums = rows.newZeros([bags, rows.shape[1]!]).indexAdd(0, owner, used);
  if (mode === 'sum') return sums;
  const ones = (counted ?? index!.ge(0)).narrow(0, first, bagOf.length).to(rows.dtype).detach();
  const counts = rows.detach().newZeros([bags]).indexAdd(0, owner, ones).clampMin(1);
  return sums.div(counts.unsqueeze(1));
});

/** The largest of each bag, 0 for bags with nothing in them. */
function largest(rows: Tensor, counted: Tensor | undefined, bounds: readonly number[]): Tensor {
  const bags = bounds.length - 1;
  const lengths = Array.from({ length: bags }, (_, b) => bounds[b + 1]! - bounds[b]!);
  const longest = Math.max(0, ...lengths);
  const width = rows.shape[1]!;
  if (longest === 0) return rows.newZeros([bags, width]);
  const places = lengths.flatMap((n, b) =>
    Array.from({ length: longest }, (_, i) => (i < n ? bounds[b]! + i : 0)),
  );
  const there = lengths.flatMap((n) => Array.from({ length: longest }, (_, i) => (i < n ? 1 : 0)));
  const index = indexVector(rows, places);
  const inside = numberVector(rows, there).ne(0);
  const valid = counted === undefined ? inside : inside.logicalAnd(counted.indexSelect(0, index));
  const outside = valid.logicalNot().view([bags, longest, 1]);
  const seen = rows.indexSelect(0, index).view([bags, longest, width]);
  const { values } = seen.maskedFill(outside, Number.NEGATIVE_INFINITY).max(1);
  return values.maskedFill(outside.all(1), 0);
}

function boundsOf(offsets: Tensor, length: number, includeLast: boolean): number[] {
  const read = noGrad(() => offsets.detach().to('int64').toElements()) as BigInt64Array;
  const bounds = Array.from(read, Number);
  if (bounds.length > 0 && bounds[0] !== 0) {
    fail('op/argument', {
      text: `offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${bounds[0]}`,
    });
  }
  const last = bounds.at(-1) ?? 0;
  if (last > length) {
    fail('op/argument', {
      text: `offsets[-1] can not be greater than input's length ${length} but got offsets[-1] of ${last}`,
    });
  }
  return includeLast ? bounds : [...bounds, length];
}

function checkBag(input: Tensor, options: EmbeddingBagOptions): void {
  const { offsets, mode = 'mean', perSampleWeights, scaleGradByFreq, sparse } = options;
  const size = (x: Tensor): string => `torch.Size([${x.shape.join(', ')}])`;
  const refuse = (text: string): never => fail('op/value', { text });
  if (perSampleWeights != null && size(input) !== size(perSampleWeights)) {
    refuse(
      `embedding_bag: If per_sample_weights (${size(perSampleWeights)}) is not None, then it must have the same shape as the input (${size(input)})`,
    );
  }
  if (input.ndim === 2 && offsets != null) {
    refuse(
      "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of type <class 'torch.Tensor'>",
    );
  }
  if (input.ndim === 1 && offsets == null) refuse('offsets has to be a 1D Tensor but got None');
  if (input.ndim === 1 && offsets?.ndim !== 1) refuse('offsets has to be a 1D Tensor');
  if (input.ndim !== 1 && input.ndim !== 2) {
    refuse(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.ndim}`);
  }
  if (mode !== 'sum' && mode !== 'mean' && mode !== 'max') {
    refuse('mode has to be one of sum, mean or max');
  }
  if (mode === 'max' && scaleGradByFreq === true) {
    refuse('max mode does not support scaling the gradient by the frequency');
  }
  if (mode === 'max' && sparse === true) refuse('max mode does not support sparse weights');
  if (perSampleWeights != null && mode !== 'sum') {
    fail('op/not-implemented', {
      text: `embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='${mode}'). Please open a feature request on GitHub.`,
    });
  }
}

/** For each bag of indices the sum, mean or maximum of the rows of `weight` that they name: [bags, width]. */
export function embeddingBag(input: Tensor, weight: Tensor, options: EmbeddingBagOptions = {}): Tensor {
  const { mode = 'mean', perSampleWeights, includeLastOffset = false, maxNorm } = options;
  checkBag(input, options);
  if (maxNorm != null) renormRows(weight, input, maxNorm, options.normType ?? 2);
  const [bags, length] = input.shape as readonly [number, number];
  const bounds =
    input.ndim === 2
      ? Array.from({ length: bags + 1 }, (_, b) => b * length)
      : boundsOf(options.offsets!, input.numel(), includeLastOffset);
  const index = noGrad(() => input.detach().reshape([input.numel()]).to('int64'));
  const factors = perSampleWeights?.reshape([input.numel()]);
  const padding = paddingRow(weight, options.paddingIdx);
  const byFrequency = options.scaleGradByFreq ?? false;
  return bagOp([weight, index, options.offsets, factors], { mode, bounds, padding, byFrequency });
}
