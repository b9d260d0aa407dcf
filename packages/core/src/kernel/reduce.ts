import { type DType, dtypeInfo } from '../dtype/index.ts';
import { cast, type Expr, exprKey, load, operandsOf, paramsOf } from '../scalar/index.ts';
import type { Shape, Strides } from '../shape/index.ts';
import { collapse, type Loops } from './loops.ts';

/**
 * How a reduction puts elements together. `max` and `min` let NaN win; on bool they are any and all. `argmax` and
 * `argmin` give the row-major position of the first extreme within the reduced dimensions, as int64.
 */
export type Combine = 'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin';

/**
 * A reduction as backends compile it: `pre` maps the inputs' elements to what is combined, `post` maps the combined
 * value, which it reads as input 0, to what is stored. Both see the same launch scalars.
 * Sums must be cascaded, pairwise, or done in a wider type: never one naive running sum.
 */
export interface ReduceKernel {
  readonly id: number;
  readonly key: string;
  readonly combine: Combine;
  readonly inputs: readonly DType[];
  readonly params: readonly DType[];
  readonly pre: Expr;
  readonly post: Expr;
  readonly output: DType;
}

/** The loops of a reduction. */
export interface ReducePlan {
  /** Over the results: operand 0 is the output, the inputs follow. */
  readonly outer: Loops;
  /** Over what is combined into one result: the inputs only, in row-major order. */
  readonly inner: Loops;
}

const interned = new Map<string, ReduceKernel>();

/** The interned reduction; `post` gets the combined value. For arg-reductions the output is int64. */
export function reduceKernel(
  combine: Combine,
  pre: Expr,
  output: DType,
  post: (combined: Expr) => Expr = (combined) => combined,
): ReduceKernel {
  const arg = combine === 'argmax' || combine === 'argmin';
  const last = cast(post(load(0, arg ? 'int64' : pre.dtype)), output);
  const key = `${combine} ${exprKey(pre)} ${output}=${exprKey(last)}`;
  const known = interned.get(key);
  if (known !== undefined) return known;
  const kernel: ReduceKernel = {
    id: interned.size,
    key,
    combine,
    inputs: operandsOf(pre).inputs,
    params: paramsOf(pre, last),
    pre,
    post: last,
    output: dtypeInfo[output].name,
  };
  interned.set(key, kernel);
  return kernel;
}

/**
 * The plan that reduces `axes` of `shape`. `out` are the output's strides without the reduced dimensions; `inputs`
 * are strides over the full shape. `ordered` keeps the inner loops row-major, which arg-reductions need.
 */
export function planReduce(
  shape: Shape,
  axes: readonly number[],
  out: Strides,
  inputs: readonly Strides[],
  ordered: boolean,
): ReducePlan {
  const reduced = new Set(axes);
  const kept: number[] = [];
  const gone: number[] = [];
  for (let d = 0; d < shape.length; d++) (reduced.has(d) ? gone : kept).push(d);
  const pick = (dims: readonly number[], from: readonly number[]): number[] => dims.map((d) => from[d]!);
  return {
    outer: collapse(pick(kept, shape), [out, ...inputs.map((own) => pick(kept, own))]),
    inner: collapse(
      pick(gone, shape),
      inputs.map((own) => pick(gone, own)),
      ordered,
    ),
  };
}

const one: Loops = { size: 1, shape: [1], strides: [[1], [1]] };
const unit: readonly Strides[] = [[1]];

/** The plan that reduces all of one contiguous input to a single result. */
export function wholeReducePlan(size: number): ReducePlan {
  return { outer: one, inner: { size, shape: [size], strides: unit } };
}
