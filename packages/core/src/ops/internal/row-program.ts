import { launchRow, type RowResults, scalarFor } from '../../dispatch/index.ts';
import { type DType, dtypeInfo, dtypes } from '../../dtype/index.ts';
import type { Expr, Tensor } from '../../extend/index.ts';
import { type RowKernel, rowKernel } from '../../kernel/index.ts';
import { cast, load, param } from '../../scalar/index.ts';

/** What an expression of a row program sees: operands' elements, what earlier stages found, launch scalars. */
export interface RowTerms {
  readonly x: readonly Expr[];
  readonly found: readonly Expr[];
  readonly scalars: readonly Expr[];
}

/** A row program as it is written in a record: see `RowKernel`. */
export interface RowSpec {
  readonly stages: readonly {
    readonly combine: 'sum' | 'prod' | 'max' | 'min';
    readonly pre: (terms: RowTerms) => Expr;
    /** What becomes of the combined value. */
    readonly post?: (combined: Expr, scalars: readonly Expr[]) => Expr;
    /** Hands the stage's results to the caller. */
    readonly save?: boolean;
  }[];
  readonly element: (terms: RowTerms) => Expr;
}

/** Row programs of one kind, their kernels made once per combination of dtypes. */
export class RowProgram {
  private readonly spec: RowSpec;
  private readonly kernels = new Map<number, RowKernel>();

  constructor(spec: RowSpec) {
    this.spec = spec;
  }

  /**
   * Runs over `axes` of the first input's shape, to which the others are broadcast, and computes in that input's
   * arithmetic; the result has its dtype. Outside the graph.
   */
  run(inputs: readonly Tensor[], axes: readonly number[], scalars: readonly number[] = []): RowResults {
    const { dtype } = inputs[0]!;
    const params = scalars.map((scalar) => scalarFor(scalar, dtypeInfo[dtype].compute));
    return launchRow(this.kernel(inputs, dtype, scalars.length), inputs, axes, params);
  }

  private kernel(inputs: readonly Tensor[], dtype: DType, scalars: number): RowKernel {
    let key = 0;
    for (const input of inputs) key = key * dtypes.length + dtypeInfo[input.dtype].id;
    const known = this.kernels.get(key);
    if (known !== undefined) return known;
    const kernel = this.makeKernel(inputs, dtype, scalars);
    this.kernels.set(key, kernel);
    return kernel;
  }

  private makeKernel(inputs: readonly Tensor[], dtype: DType, count: number): RowKernel {
    const x = inputs.map((input, i) => cast(load(i, input.dtype), dtype));
    const scalars = Array.from({ length: count }, (_, i) => param(i, dtype));
    const found: Expr[] = [];
    const stages = this.spec.stages.map(({ combine, pre, post, save }, k) => {
      const value = pre({ x, found: [...found], scalars });
      found.push(load(inputs.length + k, value.dtype));
      return { combine, pre: value, save, post: (combined: Expr) => post?.(combined, scalars) ?? combined };
    });
    return rowKernel(inputs.length, stages, this.spec.element({ x, found, scalars }), dtype);
  }
}
