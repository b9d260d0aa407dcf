import type { Literal, ScalarKernel } from '../scalar/index.ts';
import type { Strides } from '../shape/index.ts';
import type { Loops } from './loops.ts';
import type { View } from './view.ts';

/** A product of matrices, `out[m, n] = Σ a[m, k] · b[k, n]`, for each iteration of `batch`. */
export interface MatmulPlan {
  /** Operands: output, a, b, then the epilogue's inputs. */
  readonly batch: Loops;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Row and column strides of each operand, in the same order; any values, so transposes are free. */
  readonly strides: readonly Strides[];
}

/** What is done to each element of a product before it is stored: input 0 of `kernel` is the product's element. */
export interface Epilogue {
  readonly kernel: ScalarKernel;
  /** The kernel's inputs from number 1 on. */
  readonly inputs: readonly View[];
  readonly params: readonly Literal[];
}
