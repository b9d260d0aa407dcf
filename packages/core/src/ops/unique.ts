import type { ElementArray } from '../backend/index.ts';
import { fail } from '../errors/index.ts';
import { emptyTensor, type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import { normalizeAxis } from '../shape/index.ts';
import { awaiting } from './await-reads.ts';
import { elementValue } from './internal/element.ts';

/** Keyword arguments of {@link uniqueConsecutive}. */
export interface UniqueConsecutiveOptions {
  /** Also says where in the result each element went. Default false. */
  readonly returnInverse?: boolean;
  /** Also says how often each result occurred. Default false. */
  readonly returnCounts?: boolean;
  /** Compares slices along this dimension; without it, elements. */
  readonly dim?: number | null;
}

/** Keyword arguments of {@link unique}. */
export interface UniqueOptions extends UniqueConsecutiveOptions {
  /** The result is sorted in any case. */
  readonly sorted?: boolean;
}

/** The distinct elements with what was asked for besides. */
export interface UniqueResult {
  readonly output: Tensor;
  readonly inverseIndices?: Tensor;
  readonly counts?: Tensor;
}

/** What is compared: rows of elements. */
interface Rows {
  readonly axis: number;
  readonly moved: Tensor;
  readonly count: number;
  readonly compare: (a: number, b: number) => number;
}

function rowsOf(self: Tensor, dim: number | null | undefined, elements: ElementArray): Rows {
  const axis = dim == null ? 0 : normalizeAxis(dim, self.ndim);
  const moved = rowsFirst(self, dim);
  const count = moved.shape[0]!;
  const width = count === 0 ? 0 : moved.numel() / count;
  const value = (i: number): number | bigint =>
    elementValue(elements, i, self.dtype) as unknown as number | bigint;
  const compare = (a: number, b: number): number => {
    for (let k = 0; k < width; k++) {
      const x = value(a * width + k);
      const y = value(b * width + k);
      if (x === y) continue;
      // NaN is the largest, and equal to nothing, itself included.
      if (Number.isNaN(y)) return -1;
      return x < y ? -1 : 1;
    }
    return 0;
  };
  return { axis, moved, count, compare };
}

function rowsFirst(self: Tensor, dim: number | null | undefined): Tensor {
  return noGrad(() => {
    const x = self.detach();
    // Swapped with the first, not moved before it: the order of slices depends on it.
    return dim == null ? x.reshape(-1) : x.transpose(normalizeAxis(dim, x.ndim), 0);
  });
}

const withoutDerivative = (node: string, op: string): GradRecord<undefined> => ({
  name: node,
  grads: [
    {
      vjp: () => fail('op/not-implemented', { text: `the derivative for '${op}' is not implemented.` }),
    },
  ],
});
const ofElements = withoutDerivative('Unique2Backward0', '_unique2');
const ofSlices = withoutDerivative('UniqueDimBackward0', 'unique_dim');
const ofNeighbours = withoutDerivative('UniqueConsecutiveBackward0', 'unique_consecutive');

/** The distinct rows among neighbours in `order`. */
function distinct(
  self: Tensor,
  { axis, moved, count, compare }: Rows,
  order: readonly number[],
  options: UniqueConsecutiveOptions,
  record: GradRecord<undefined>,
): Tensor | UniqueResult {
  const { dim, returnInverse = false, returnCounts = false } = options;
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new BigInt64Array(count);
  order.forEach((row, i) => {
    if (i === 0 || compare(order[i - 1]!, row) !== 0) {
      firsts.push(row);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    inverse[row] = BigInt(firsts.length - 1);
  });
  const fresh = noGrad(() => {
    const rows = moved.indexSelect(0, longs(self, BigInt64Array.from(firsts, BigInt)));
    return (dim == null ? rows : rows.transpose(0, axis).contiguous()).detach();
  });
  const output = track(record, fresh, [self], undefined);
  if (!returnInverse && !returnCounts) return output;
  return {
    output,
    ...(returnInverse ? { inverseIndices: longs(self, inverse, dim == null ? self.shape : [count]) } : {}),
    ...(returnCounts ? { counts: longs(self, BigInt64Array.from(counts, BigInt)) } : {}),
  };
}

function longs(like: Tensor, values: BigInt64Array, shape: readonly number[] = [values.length]): Tensor {
  const out = emptyTensor(like.backend, 'int64', shape);
  if (values.length > 0) out.storage.write(0, values);
  return out;
}

function checkDim(self: Tensor, dim: number | null | undefined): void {
  if (dim == null) return;
  const axis = normalizeAxis(dim, self.ndim);
  const zeros = self.shape.filter((n) => n === 0).length;
  if (self.shape[axis] === 0 ? zeros > 1 : zeros > 0) {
    fail('op/argument', {
      text:
        self.shape[axis] === 0
          ? 'Number of zero sized dimensions is more than one, so unique cannot be applied '
          : "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied",
    });
  }
}

function sortedRows({ count, compare }: Rows): number[] {
  return Array.from({ length: count }, (_, i) => i).sort((a, b) => compare(a, b) || a - b);
}

const inOrder = ({ count }: Rows): number[] => Array.from({ length: count }, (_, i) => i);

function run(
  self: Tensor,
  elements: ElementArray,
  options: UniqueConsecutiveOptions,
  order: (rows: Rows) => number[],
  record: GradRecord<undefined>,
): Tensor | UniqueResult {
  const rows = rowsOf(self, options.dim, elements);
  return distinct(self, rows, order(rows), options, record);
}

/**
 * The distinct elements, or slices along `dim`, in ascending order. With `returnInverse` or `returnCounts` an object. Reads the
 * tensor. @throws `backend/sync-read`
 */
export function unique(self: Tensor, options: UniqueOptions = {}): Tensor | UniqueResult {
  checkDim(self, options.dim);
  const elements = rowsFirst(self, options.dim).toElements('unique()', 'uniqueAsync()');
  return run(self, elements, options, sortedRows, options.dim == null ? ofElements : ofSlices);
}

/** As {@link unique}, on every backend. */
export const uniqueAsync: (self: Tensor, options?: UniqueOptions) => Promise<Tensor | UniqueResult> =
  awaiting(unique);

/** As {@link unique}, but only neighbours that are equal become one, and the order stays. Reads the tensor. */
export function uniqueConsecutive(
  self: Tensor,
  options: UniqueConsecutiveOptions = {},
): Tensor | UniqueResult {
  const elements = rowsFirst(self, options.dim).toElements('uniqueConsecutive()', 'uniqueConsecutiveAsync()');
  return run(self, elements, options, inOrder, ofNeighbours);
}

/** As {@link uniqueConsecutive}, on every backend. */
export const uniqueConsecutiveAsync: (
  self: Tensor,
  options?: UniqueConsecutiveOptions,
) => Promise<Tensor | UniqueResult> = awaiting(uniqueConsecutive);
