import { type DType, isInteger, type Scalar } from '../../dtype/index.ts';

// PyTorch fills sequences in vectors of 32 bytes, two at a time; within a vector elements are the first one plus whole
// steps, and what is left at the end is worked out one by one. The bits depend on it.

interface Width {
  readonly lanes: number;
  readonly round: (x: number) => number;
}

function widthOf(dtype: DType): Width {
  return dtype === 'float64' ? { lanes: 4, round: (x) => x } : { lanes: 8, round: Math.fround };
}

/** How many integers make a vector. */
const integerLanes: Readonly<Partial<Record<DType, number>>> = {
  int64: 4,
  int32: 8,
  int16: 16,
  int8: 32,
  uint8: 32,
};

/** The values of `arange`: start + i · step. */
export function rangeSequence(
  dtype: DType,
  start: Scalar,
  step: Scalar,
  count: number,
): (i: number) => Scalar {
  if (isInteger(dtype) || dtype === 'bool') {
    const [from, by] = [Number(start), Number(step)];
    if (Number.isInteger(from) && Number.isInteger(by)) {
      const [big, stride] = [BigInt(start), BigInt(step)];
      return (i) => big + BigInt(i) * stride;
    }
    return (i) => Math.trunc(from + i * by);
  }
  const [from, by] = [Number(start), Number(step)];
  const { lanes, round } = widthOf(dtype);
  const vectors = count - (count % (2 * lanes));
  return (i) => {
    if (i >= vectors) return round(from + i * by);
    const lane = i % lanes;
    return round(round(from + (i - lane) * by) + lane * by);
  };
}

/** The values of `linspace`, from both ends to the middle, so that the last is exactly `end`. */
export function linspaceSequence(
  dtype: DType,
  start: number,
  end: number,
  steps: number,
): (i: number) => Scalar {
  const half = Math.floor(steps / 2);
  if (isInteger(dtype) || dtype === 'bool') {
    const [from, to] = [Math.trunc(start), Math.trunc(end)];
    if (steps === 1) return () => from;
    const step = (to - from) / (steps - 1);
    const single = (i: number): number =>
      Math.trunc(i < half ? from + step * i : to - step * (steps - i - 1));
    const lanes = integerLanes[dtype] ?? 1;
    const vectors = lanes === 1 ? 0 : steps - (steps % (2 * lanes));
    // A vector starts at a whole number, its first element.
    return (i) => (i >= vectors ? single(i) : Math.trunc(single(i - (i % lanes)) + step * (i % lanes)));
  }
  const { lanes, round } = widthOf(dtype);
  const [from, to] = [round(start), round(end)];
  const step = steps === 1 ? 0 : round(round(to - from) / (steps - 1));
  const single = (i: number): number => round(i < half ? from + step * i : to - step * (steps - i - 1));
  const vectors = steps - (steps % (2 * lanes));
  if (steps === 1) return () => from;
  return (i) => {
    if (i >= vectors) return single(i);
    const lane = i % lanes;
    return round(single(i - lane) + round(step * lane));
  };
}

/** The values of `logspace` of integers, whose exponents go from the whole part of `start` to that of `end`; a single one is exact. */
export function integerLogspace(
  start: number,
  end: number,
  steps: number,
  base: number,
): (i: number) => Scalar {
  if (steps === 1) return () => Math.trunc(base ** start);
  const [from, to] = [Math.trunc(start), Math.trunc(end)];
  const half = Math.floor(steps / 2);
  const step = (to - from) / (steps - 1);
  return (i) => Math.trunc(base ** (i < half ? from + step * i : to - step * (steps - i - 1)));
}
