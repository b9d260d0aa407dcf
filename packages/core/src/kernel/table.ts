import type { Literal, ScalarKernel } from '../scalar/index.ts';
import type { AxisPlan, IndexPlan, ScanCombine, ScatterMode } from './along-axis.ts';
import type { ConvMode, ConvPlan } from './conv.ts';
import type { MapPlan } from './map.ts';
import type { Epilogue, MatmulPlan } from './matmul.ts';
import type { ReduceKernel, ReducePlan } from './reduce.ts';
import type { RowKernel, RowPlan } from './row.ts';
import type { View } from './view.ts';

/**
 * What a backend can be asked to do, and all of it. Outputs exist and have the right size; shapes, dtypes and
 * broadcasts have been checked; a failure in here is a bug.
 *
 * Aliasing: an input of `map` is either the very same view as the output (same offset and strides), or shares no
 * element with it; so is an epilogue's. In all other kinds outputs share no element with inputs. Core copies first
 * where that would not hold.
 *
 * Scalars arrive rounded to the dtype that the kernel gives them.
 */
export interface Kernels {
  /** `out[i] = kernel(inputs[i]…, params…)` for every iteration of the plan. */
  map(
    kernel: ScalarKernel,
    plan: MapPlan,
    out: View,
    inputs: readonly View[],
    params: readonly Literal[],
  ): void;

  /** Combines the inner loops' elements into one result for each iteration of the outer loops. */
  reduce(
    kernel: ReduceKernel,
    plan: ReducePlan,
    out: View,
    inputs: readonly View[],
    params: readonly Literal[],
  ): void;

  /**
   * Runs a program over each row: `out[row, i]` from the last formula, `results[k][row]` from stage `saves[k]`. Only
   * launched where all operands, results and the output are float32, or all float64; core does it in reductions and maps
   * elsewhere, and where a backend declines. Stages with `sum` are held to what `reduce` is held to.
   */
  row(
    kernel: RowKernel,
    plan: RowPlan,
    out: View,
    inputs: readonly View[],
    results: readonly View[],
    params: readonly Literal[],
  ): void;

  /** Running combination along the axis. Operands of the plan: output, input. `argmax` and `argmin` store int64. */
  scan(combine: ScanCombine, plan: AxisPlan, out: View, input: View): void;

  /** Batched product of matrices of one dtype. */
  matmul(plan: MatmulPlan, out: View, a: View, b: View, epilogue: Epilogue | undefined): void;

  /** A convolution or one of its gradients, operands contiguous and of one dtype; see {@link ConvMode}. */
  conv(mode: ConvMode, plan: ConvPlan, out: View, a: View, b: View): void;

  /**
   * `out[p] = source[p with the axis replaced by index[p]]`. `index` is int64.
   * Returns the first index out of range, or undefined; where reads are asynchronous, undefined at once, and the next read
   * fails as `plan.refuse` says.
   */
  gather(plan: IndexPlan, out: View, index: View, source: View): number | undefined;

  /** `out[p with the axis replaced by index[p]] (mode)= source[p]`, in row-major order. Returns as `gather` does. */
  scatter(mode: ScatterMode, plan: IndexPlan, out: View, index: View, source: View): number | undefined;

  /**
   * Sorts along the axis, stably, NaN as the largest. Operands of the plan: values, indices (int64), source.
   */
  sort(plan: AxisPlan, descending: boolean, values: View, indices: View, source: View): void;
}

/** The name of a kernel kind. */
export type KernelKind = keyof Kernels;

/** A kernel kind that a backend leaves to core, and why. */
export interface Declined {
  readonly declined: string;
}

/** A backend's kernels: every kind is there or declined with a reason. A missing row does not compile. */
export type KernelTable = { readonly [K in KernelKind]: Kernels[K] | Declined };
