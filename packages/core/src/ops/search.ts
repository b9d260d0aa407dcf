import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { noGrad, type Operand, Tensor } from '../extend/index.ts';
import { awaiting } from './await-reads.ts';
import { fullTensor } from './creation.ts';
import { nonzero } from './mask.ts';
import { where } from './where.ts';

/** Keyword arguments of {@link bucketize}. */
export interface BucketizeOptions {
  /** Gives int32 instead of int64. Default false. */
  readonly outInt32?: boolean;
  /** Of equal boundaries the place after the last instead of before the first. Default false. */
  readonly right?: boolean;
}

/** Keyword arguments of {@link searchsorted}. */
export interface SearchsortedOptions extends BucketizeOptions {
  /** `right` by name. */
  readonly side?: 'left' | 'right';
  /** Positions that put the sequence in order. */
  readonly sorter?: Tensor;
}

/**
 * Binary search for all values at once: `position` boundaries are known to lie before each value, and grows by halving
 * steps. The last dimension of both is searched along.
 */
function lowerBound(boundaries: Tensor, values: Tensor, right: boolean): Tensor {
  const n = boundaries.shape[boundaries.ndim - 1]!;
  let position = values.newZeros(values.shape, { dtype: 'int64' });
  // NaN goes to the end.
  const last = values.isnan();
  for (let step = 2 ** Math.floor(Math.log2(Math.max(n, 1))); step >= 1; step /= 2) {
    if (n === 0) break;
    const next = position.add(step);
    const boundary = boundaries.gather(-1, next.sub(1).clamp(0, n - 1));
    const before = (right ? boundary.le(values) : boundary.lt(values)).logicalOr(last);
    position = where(before.logicalAnd(next.le(n)), next, position);
  }
  return position;
}

/** Where values would go into a sorted last dimension to keep it sorted. */
export function searchsorted(
  sortedSequence: Tensor,
  input: Operand,
  options: SearchsortedOptions = {},
): Tensor {
  const { outInt32 = false, side, sorter } = options;
  checkSearch(sortedSequence, input, options);
  const right = side === undefined ? options.right === true : side === 'right';
  return noGrad(() => {
    const sequence = sortedSequence.detach();
    const sorted = sorter === undefined ? sequence : sequence.gather(-1, sorter);
    const values =
      input instanceof Tensor ? input.detach() : fullTensor(sequence.backend, sequence.dtype, [], input);
    const flat = sorted.ndim === 1;
    const shaped = flat ? values.reshape(-1) : values;
    const found = lowerBound(sorted, shaped, right).view(values.shape).detach();
    return outInt32 ? found.to('int32') : found;
  });
}

function checkSearch(sequence: Tensor, input: Operand, options: SearchsortedOptions): void {
  const { side, right, sorter } = options;
  const name = 'torch.searchsorted()';
  if (side !== undefined && side !== 'left' && side !== 'right') {
    fail('op/argument', { text: `${name}: side can only be 'left' or 'right' but got ${String(side)}` });
  }
  if (side === 'left' && right === true) {
    fail('op/argument', {
      text: `${name}: side and right can't be set to opposites, got side of left while right was True`,
    });
  }
  if (sequence.ndim === 0) {
    fail('op/argument', {
      text: `${name}: boundaries tensor should have positive dimension, but got 0 dimension`,
    });
  }
  const shape = input instanceof Tensor ? input.shape : [];
  const list = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;
  if (sequence.ndim > 1) {
    if (shape.length === 0) {
      fail('op/argument', {
        text: `${name}: input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(${sequence.ndim}) and input value's dim(0) numel(1)`,
      });
    }
    if (
      shape.length !== sequence.ndim ||
      shape.some((n, d) => d < shape.length - 1 && n !== sequence.shape[d])
    ) {
      fail('op/argument', {
        text: `${name}: boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor ${list(sequence.shape)} and input value tensor ${list(shape)}`,
      });
    }
  }
  if (sorter === undefined) return;
  if (list(sorter.shape) !== list(sequence.shape)) {
    fail('op/argument', {
      text: `${name}: boundary and sorter must have the same size, but got boundary tensor ${list(sequence.shape)}and got sorter tensor ${list(sorter.shape)}`,
    });
  }
  if (sorter.dtype !== 'int64') {
    fail('op/argument', {
      text: `${name}: sorter must be a tensor of long dtype but got dtype ${dtypeInfo[sorter.dtype].title}`,
    });
  }
}

/** In which of the intervals between sorted boundaries each value lies. */
export function bucketize(input: Operand, boundaries: Tensor, options: BucketizeOptions = {}): Tensor {
  if (boundaries.ndim !== 1) {
    fail('op/argument', { text: `boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})` });
  }
  return searchsorted(boundaries, input, options);
}

/** Keyword arguments of {@link isin}. */
export interface IsinOptions {
  /** A promise that both hold each value once; results do not depend on it. */
  readonly assumeUnique?: boolean;
  /** True where the element is not among them. Default false. */
  readonly invert?: boolean;
}

/** True for each element that is among the test elements. */
export function isin(elements: Operand, testElements: Operand, { invert = false }: IsinOptions = {}): Tensor {
  return noGrad(() => {
    const [x, among] = pair(elements, testElements);
    for (const { dtype } of [x, among]) {
      if (dtype === 'bool')
        fail('op/argument', { text: 'Unsupported input type encountered for isin(): Bool' });
    }
    const sorted = among.detach().reshape(-1).sort().values;
    const n = sorted.numel();
    const values = x.detach().reshape(-1);
    const position = lowerBound(sorted, values, false).clamp(0, Math.max(n - 1, 0));
    const found =
      n === 0 ? values.newZeros(values.shape, { dtype: 'bool' }) : sorted.gather(0, position).eq(values);
    return (invert ? found.logicalNot() : found).view(x.shape).detach();
  });
}

function pair(a: Operand, b: Operand): [Tensor, Tensor] {
  const like = a instanceof Tensor ? a : b instanceof Tensor ? b : undefined;
  if (like === undefined) fail('op/type', { text: 'isin(): one of the arguments must be a tensor' });
  const tensor = (x: Operand): Tensor =>
    x instanceof Tensor ? x : fullTensor(like.backend, like.dtype, [], x);
  return [tensor(a), tensor(b)];
}

/** The indices of the elements that are not 0, one row each: `nonzero`. Reads the tensor. */
export function argwhere(self: Tensor): Tensor {
  return nonzero(self);
}

/** As {@link argwhere}, on every backend. */
export const argwhereAsync: (self: Tensor) => Promise<Tensor> = awaiting(argwhere);
