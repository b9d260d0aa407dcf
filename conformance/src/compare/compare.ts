import type { Tensor } from '@taimatsu/core';
import { decodeNumber } from '../corpus/decode.ts';
import {
  isTagged,
  type NumberRecord,
  type ReferenceRecord,
  type TensorRecord,
  type ValueRecord,
} from '../corpus/format.ts';
import { isTensor } from '../tensors.ts';
import { isClose, type Tolerance, toleranceOf } from './tolerance.ts';
import { ulpDistance } from './ulp.ts';

/** One way in which what came out is not what PyTorch gave. */
export interface Difference {
  /** A path such as `output[1]` or `grad of args[0]`. */
  readonly where: string;
  readonly what: 'kind' | 'dtype' | 'shape' | 'requires_grad' | 'value' | 'error' | 'text';
  readonly expected: string;
  readonly got: string;
  /** For values: how many elements are off, of how many, and the largest errors among them. */
  readonly elements?: { readonly off: number; readonly of: number };
  readonly maxAbs?: number;
  readonly maxRel?: number;
  readonly maxUlp?: number;
  /** Where a more exact result is known: how far ours is from it, and how far PyTorch's or rounding's, in tolerances. */
  readonly fromExact?: { readonly ours: number; readonly allowed: number };
}

/** What a comparison found; `ulp` is the largest error seen, also where it is within tolerance. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly ulp: number;
  /** Outside of the tolerance, but no further from the float64 result than PyTorch's or the effect of rounded inputs. */
  readonly byReference?: boolean;
}

/** What is compared of a tensor. */
export interface CompareOptions {
  /** Shape and dtype only: the elements are not defined. */
  readonly contents?: boolean;
  /** How far elements of a dtype may be off; the defaults of `assert_close`. */
  readonly tolerance?: (dtype: string) => Tolerance;
  /** More exact results by place, for where what PyTorch gave is itself imprecise. */
  readonly reference?: Readonly<Record<string, ReferenceRecord>> | undefined;
}

const same: Comparison = { differences: [], ulp: 0 };

/** Compares a result with a recorded value, item by item. */
export async function compareValue(
  where: string,
  expected: ValueRecord,
  got: unknown,
  options: CompareOptions = {},
): Promise<Comparison> {
  if (isTagged(expected) && expected.$ === 'tensor') return compareTensor(where, expected, got, options);
  const items = itemsOf(expected);
  if (items !== undefined) {
    const ours = resultItems(got);
    if (ours === undefined || ours.length !== items.length) {
      return differ(where, 'kind', `${items.length} values`, describe(got));
    }
    const parts: Comparison[] = [];
    for (const [i, item] of items.entries()) {
      parts.push(await compareValue(`${where}[${i}]`, item, ours[i], options));
    }
    return together(parts);
  }
  return compareScalar(where, expected, got);
}

/** Several comparisons as one. */
export function together(parts: readonly Comparison[]): Comparison {
  return {
    differences: parts.flatMap((part) => part.differences),
    ulp: Math.max(0, ...parts.map(({ ulp }) => ulp)),
    byReference: parts.some(({ byReference }) => byReference === true),
  };
}

/** Compares one tensor: dtype, shape, whether it requires gradients, elements. */
export async function compareTensor(
  where: string,
  expected: TensorRecord,
  got: unknown,
  { contents = true, tolerance = toleranceOf, reference }: CompareOptions = {},
): Promise<Comparison> {
  if (!isTensor(got)) return differ(where, 'kind', 'a tensor', describe(got));
  const { dtype, shape } = got;
  if (dtype !== expected.dtype) return differ(where, 'dtype', expected.dtype, dtype);
  if (String(shape) !== String(expected.shape))
    return differ(where, 'shape', list(expected.shape), list(shape));
  if (got.requiresGrad !== expected.requires_grad) {
    return differ(where, 'requires_grad', String(expected.requires_grad), String(got.requiresGrad));
  }
  if (!contents) return same;
  const elements = await elementsOf(got);
  const compared = compareElements(where, expected, elements, tolerance(dtype));
  const exact = reference?.[where];
  if (compared.differences.length === 0 || exact === undefined) return compared;
  const ours = worst(elements.map(Number), exact.data, tolerance(dtype));
  if (ours <= Math.max(1, exact.off * steps))
    return { differences: [], ulp: compared.ulp, byReference: true };
  return {
    ...compared,
    differences: compared.differences.map((one) => ({
      ...one,
      fromExact: { ours, allowed: exact.off * steps },
    })),
  };
}

/**
 * What is recorded is the larger of PyTorch's error and of what rounding the inputs does; every step of a computation rounds
 * anew, so another order of the same steps may be off by several times as much.
 */
const steps = 4;

/** The largest error of any element, as a multiple of what is tolerated. */
function worst(values: readonly number[], exact: readonly NumberRecord[], { rtol, atol }: Tolerance): number {
  const errors = exact.map((record, i) => {
    const wanted = decodeNumber(record);
    if (Object.is(values[i], wanted)) return 0;
    const error = Math.abs(values[i]! - wanted) / (atol + rtol * Math.abs(wanted));
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  });
  return errors.reduce((most, error) => Math.max(most, error), 0);
}

/** A tensor's elements in row-major order, read without blocking. */
export async function elementsOf(tensor: Tensor): Promise<readonly (number | bigint)[]> {
  const nested: unknown = await tensor.detach().tolistAsync();
  const flat = Array.isArray(nested) ? nested.flat(Number.POSITIVE_INFINITY) : [nested];
  return flat.map((element) => (typeof element === 'bigint' ? element : Number(element)));
}

function compareElements(
  where: string,
  { dtype, data }: TensorRecord,
  got: readonly (number | bigint)[],
  tolerance: Tolerance,
): Comparison {
  let off = 0;
  let first = -1;
  let maxAbs = 0;
  let maxRel = 0;
  let maxUlp = 0;
  if (got.length !== data.length) return differ(where, 'value', `${data.length} elements`, `${got.length}`);
  for (const [i, record] of data.entries()) {
    const actual = got[i]!;
    const wanted = decodeNumber(record);
    const value = Number(actual);
    if (typeof actual === 'bigint') {
      // Beyond 2^53 only bigints tell integers apart.
      if (actual === BigInt(record)) continue;
    } else {
      if (Object.is(wanted, value)) continue;
      maxUlp = Math.max(maxUlp, ulpDistance(wanted, value, dtype));
      if (isClose(wanted, value, tolerance)) continue;
    }
    off++;
    if (first < 0) first = i;
    const error = Math.abs(value - wanted);
    maxAbs = Math.max(maxAbs, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
    maxRel = Math.max(maxRel, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / Math.abs(wanted));
  }
  if (off === 0) return { differences: [], ulp: maxUlp };
  const difference: Difference = {
    where: data.length === 1 ? where : `${where} at element ${first}`,
    what: 'value',
    expected: String(data[first]),
    got: String(got[first]),
    elements: { off, of: data.length },
    maxAbs,
    maxRel,
    maxUlp,
  };
  return { differences: [difference], ulp: maxUlp };
}

function compareScalar(where: string, expected: ValueRecord, got: unknown): Comparison {
  const wanted = isTagged(expected) ? ('v' in expected ? expected.v : expected.$) : expected;
  if (typeof wanted === 'number' && typeof got === 'number') {
    return isClose(wanted, got, toleranceOf('float64'))
      ? same
      : differ(where, 'value', String(wanted), String(got));
  }
  const equal = wanted === null ? got === null || got === undefined : String(wanted) === String(got);
  return equal ? same : differ(where, 'value', String(wanted), describe(got));
}

function itemsOf(value: ValueRecord): readonly ValueRecord[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!isTagged(value)) return value;
  return value.$ === 'tuple' || value.$ === 'size' ? value.v : undefined;
}

/** The parts of a result that has several: an array's items, or a named result's fields in their order. */
export function resultItems(got: unknown): readonly unknown[] | undefined {
  if (Array.isArray(got)) return got;
  if (typeof got !== 'object' || got === null || isTensor(got)) return undefined;
  return Object.values(got);
}

function differ(where: string, what: Difference['what'], expected: string, got: string): Comparison {
  return { differences: [{ where, what, expected, got }], ulp: 0 };
}

function describe(value: unknown): string {
  if (isTensor(value)) return `a ${value.dtype} tensor of shape ${list(value.shape)}`;
  const items = resultItems(value);
  return items === undefined ? String(value) : `${items.length} values`;
}

const list = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
