import type { DType } from '../dtype/index.ts';
import {
  type Expr,
  exprKey,
  load,
  paramsOf,
  rewrite,
  type ScalarKernel,
  scalarKernel,
  visit,
} from '../scalar/index.ts';
import type { Shape, Strides } from '../shape/index.ts';
import { collapse, type Loops } from './loops.ts';
import { type ReduceKernel, reduceKernel } from './reduce.ts';

/**
 * A program for a row: reductions one after the other, each of which may use what those before it found, then a formula
 * for each element that may use all of it. Softmax, layer_norm and their gradients are such programs; done as one kernel
 * the row is read from memory once.
 *
 * Inputs are numbered through: the operands first, then one for each stage's result, which is the same for all of the row.
 * So a stage is a reduction like any other, and the last formula a scalar kernel like any other.
 */
export interface RowKernel {
  readonly id: number;
  readonly key: string;
  /** The dtype of all inputs, results and the output, float32 or float64; undefined where they differ. */
  readonly dtype: DType | undefined;
  /** How many inputs are operands; input number `operands + k` is what stage `k` found. */
  readonly operands: number;
  /** No arg-reductions. A stage's result has its `output` dtype. */
  readonly stages: readonly ReduceKernel[];
  readonly element: ScalarKernel;
  /** The stages whose results are stored as well, one element a row. */
  readonly saves: readonly number[];
  /** Dtypes of the launch scalars, which all parts share. */
  readonly params: readonly DType[];
  /** Set where the last formula contains what a stage computed for each element. */
  readonly kept: KeptStage | undefined;
}

/** What a stage computed for each element, worth keeping (in the output row, say) where computing it is dear. */
export interface KeptStage {
  readonly stage: number;
  /** What is kept: the stage's `pre`. */
  readonly value: ScalarKernel;
  /** The stage as a reduction of what was kept, its only input. */
  readonly rest: ReduceKernel;
  /** `element` with the stage's value as input number `operands + stages.length`. */
  readonly element: ScalarKernel;
}

/** The loops of a row program. Rows lie in memory element by element, the output's too. */
export interface RowPlan {
  /** Over the rows. Operands: output, inputs, then the stored results. */
  readonly outer: Loops;
  /** Elements in a row. */
  readonly length: number;
  /** For each input: true where it has one element for all of a row. */
  readonly splat: readonly boolean[];
}

/** A stage as op authors write it: `post` sees the combined value alone. */
export interface RowStage {
  readonly combine: 'sum' | 'prod' | 'max' | 'min';
  readonly pre: Expr;
  readonly post?: ((combined: Expr) => Expr) | undefined;
  readonly save?: boolean | undefined;
}

const interned = new Map<string, RowKernel>();

/** The interned program; expressions number their inputs as {@link RowKernel} says. */
export function rowKernel(
  operands: number,
  stages: readonly RowStage[],
  element: Expr,
  output: DType,
): RowKernel {
  const reductions = stages.map(({ combine, pre, post }) => reduceKernel(combine, pre, pre.dtype, post));
  const last = scalarKernel(element, output);
  const saves = stages.flatMap(({ save }, k) => (save === true ? [k] : []));
  const key = `${operands} ${reductions.map((stage) => stage.id).join(',')} ${last.id} ${saves.join(',')}`;
  const known = interned.get(key);
  if (known !== undefined) return known;
  const bodies = [...reductions.flatMap(({ pre, post: then }) => [pre, then]), last.body];
  const kept = keptStage(operands, reductions, last);
  const kernel: RowKernel = {
    id: interned.size,
    key,
    dtype: onlyDtype(bodies, output),
    operands,
    stages: reductions,
    element: last,
    saves,
    params: paramsOf(...bodies),
    kept,
  };
  interned.set(key, kernel);
  return kernel;
}

function onlyDtype(bodies: readonly Expr[], output: DType): DType | undefined {
  if (output !== 'float32' && output !== 'float64') return undefined;
  let alike = true;
  for (const body of bodies) {
    visit(body, (node) => {
      if (node.kind === 'load') alike &&= node.stored === output;
    });
  }
  return alike ? output : undefined;
}

function keptStage(
  operands: number,
  stages: readonly ReduceKernel[],
  last: ScalarKernel,
): KeptStage | undefined {
  for (let stage = stages.length - 1; stage >= 0; stage--) {
    const { pre } = stages[stage]!;
    // Kept in the output's memory: it must be stored as it is.
    if (pre.dtype !== last.output || !isDear(pre)) continue;
    const text = exprKey(pre);
    let found = false;
    const element = rewrite(last.body, (node) => {
      if (node.kind !== pre.kind || exprKey(node) !== text) return node;
      found = true;
      return load(operands + stages.length, pre.dtype);
    });
    if (!found) continue;
    const { combine, post, output } = stages[stage]!;
    return {
      stage,
      value: scalarKernel(pre, pre.dtype),
      rest: reduceKernel(combine, load(0, pre.dtype), output, () => post),
      element: scalarKernel(element, last.output),
    };
  }
  return undefined;
}

const cheap: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'neg', 'max', 'min', 'abs']);

function isDear(expr: Expr): boolean {
  let dear = false;
  visit(expr, (node) => {
    dear ||= node.kind === 'apply' && !cheap.has(node.op);
  });
  return dear;
}

/**
 * The plan of a row program along `axes` of `shape`; undefined where rows do not lie element by element. `out` and
 * `inputs` are strides over `shape`; `results` over `shape` as well, 0 along the axes.
 */
export function planRow(
  shape: Shape,
  axes: readonly number[],
  out: Strides,
  inputs: readonly Strides[],
  results: readonly Strides[],
): RowPlan | undefined {
  const reduced = new Set(axes);
  const kept: number[] = [];
  const gone: number[] = [];
  for (let d = 0; d < shape.length; d++) (reduced.has(d) ? gone : kept).push(d);
  const pick = (dims: readonly number[], from: readonly number[]): number[] => dims.map((d) => from[d]!);
  const row = collapse(
    pick(gone, shape),
    [out, ...inputs].map((own) => pick(gone, own)),
    true,
  );
  if (row.shape.length > 1) return undefined;
  const [own, ...others] = row.strides.map((strides) => strides[0]!);
  if (own !== 1 || others.some((stride) => stride !== 0 && stride !== 1)) return undefined;
  return {
    outer: collapse(
      pick(kept, shape),
      [out, ...inputs, ...results].map((strides) => pick(kept, strides)),
    ),
    length: row.size,
    splat: others.map((stride) => stride === 0),
  };
}
