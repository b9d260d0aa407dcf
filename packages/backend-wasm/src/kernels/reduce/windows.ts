import type { Literal, ReduceKernel, ReducePlan, Strides, View } from '@taimatsu/core/backend';
import { INNER } from '../../codegen/nest.ts';
import {
  defineWindows,
  LARGEST_WINDOW,
  type WindowKernel,
  type WindowStep,
  windowKernel,
} from '../../codegen/windows.ts';
import { type Call, compile, operandOf, type Runtime, scalarArgument } from '../../runtime.ts';
import { runNested } from '../nested.ts';
import type { ReduceSpec } from './spec.ts';

/** Nanoseconds an element of a window, about. */
const COST = 0.4;

/** Reduces few elements for each result, as pools do: not worth a loop of their own, but lanes can share them. */
export class Windows {
  private readonly runtime: Runtime;
  private readonly kernel: WindowKernel;
  private readonly calls = new Map<WindowStep, Call>();

  private constructor(runtime: Runtime, kernel: WindowKernel) {
    this.runtime = runtime;
    this.kernel = kernel;
  }

  /** Undefined for reductions that lanes cannot do so. */
  static of(runtime: Runtime, kernel: ReduceKernel, spec: ReduceSpec | undefined): Windows | undefined {
    const made = windowKernel(kernel, spec);
    return made === undefined ? undefined : new Windows(runtime, made);
  }

  /** Whether a plan has small windows and rows of results. */
  fit({ outer, inner }: ReducePlan): boolean {
    const last = outer.shape.length - 1;
    if (inner.size > LARGEST_WINDOW || outer.shape[last]! < 4 || outer.strides[0]![last] !== 1) return false;
    const apart = outer.strides[1]![last]!;
    // Where the windows are columns of a matrix, there is better code.
    return apart !== 0 && (apart !== 1 || inner.shape.length > 1);
  }

  run({ outer, inner }: ReducePlan, out: View, input: View, params: readonly Literal[]): void {
    const { memory } = this.runtime;
    const call = this.call(outer.strides[1]![outer.shape.length - 1]!);
    memory.clock++;
    const operands = [operandOf(memory, 0, out), operandOf(memory, 1, input)];
    writeTaps(memory.i32, INNER >> 2, inner.shape, inner.strides[0]!, operands[1]!.itemsize);
    const args = [inner.size, ...this.kernel.params.map((dtype, i) => scalarArgument(params[i]!, dtype))];
    const walk = { loops: outer, walked: 1, operands } as const;
    runNested(this.runtime, call, walk, { args: () => args, work: outer.size * inner.size * COST });
  }

  private call(apart: number): Call {
    const step: WindowStep = apart === 1 || apart === 2 ? apart : 'any';
    let call = this.calls.get(step);
    if (call === undefined) {
      call = compile(this.runtime, (module) => defineWindows(module, this.kernel, step));
      this.calls.set(step, call);
    }
    return call;
  }
}

/** Where the elements of a window are, in row-major order. */
function writeTaps(
  words: Int32Array,
  start: number,
  shape: readonly number[],
  strides: Strides,
  itemsize: number,
): void {
  words[start] = 0;
  let count = 1;
  for (let d = 0; d < shape.length; d++) {
    // From the back, so that what is still to be read is not overwritten.
    for (let i = count - 1; i >= 0; i--) {
      const base = words[start + i]!;
      for (let k = shape[d]! - 1; k >= 0; k--) {
        words[start + i * shape[d]! + k] = base + k * strides[d]! * itemsize;
      }
    }
    count *= shape[d]!;
  }
}
