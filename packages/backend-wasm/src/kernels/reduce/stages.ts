import {
  type Kernels,
  type Literal,
  load,
  type ReduceKernel,
  type ReducePlan,
  reduceKernel,
  type Strides,
  type View,
} from '@taimatsu/core/backend';
import type { Runtime } from '../../runtime.ts';

type Reduce = Kernels['reduce'];

/** How long the blocks are that a long reduction is made of: part of what its result is, whoever computes it. */
export const BLOCK = { rows: 65536, columns: 4096 } as const;

/** Reduces the innermost dimension, then what is left of the others. */
export function inStages(
  { memory }: Runtime,
  reduce: Reduce,
  kernel: ReduceKernel,
  { outer, inner }: ReducePlan,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
): void {
  const { combine, pre, post, output } = kernel;
  const last = inner.shape.length - 1;
  const rest = inner.shape.slice(0, last);
  const count = rest.reduce((a, b) => a * b, 1);
  const size = outer.size * count;
  const shape = [...outer.shape, ...rest];
  const dense = denseOf(shape, 1);
  const over = (i: number): Strides => [...outer.strides[i + 1]!, ...inner.strides[i]!.slice(0, last)];
  const buffer = memory.alloc(pre.dtype, size);
  const between: View = { storage: { buffer }, offset: 0, dtype: pre.dtype };
  try {
    const rows = {
      outer: { size, shape, strides: [dense, ...inputs.map((_, i) => over(i))] },
      inner: {
        size: inner.shape[last]!,
        shape: [inner.shape[last]!],
        strides: inner.strides.map((own) => [own[last]!]),
      },
    };
    reduce(reduceKernel(combine, pre, pre.dtype), rows, between, inputs, params);
    const totals = {
      outer: {
        size: outer.size,
        shape: outer.shape,
        strides: [outer.strides[0]!, dense.slice(0, outer.shape.length)],
      },
      inner: { size: count, shape: [count], strides: [[1]] },
    };
    const second = reduceKernel(combine, load(0, pre.dtype), output, () => post);
    reduce(second, totals, out, [between], params);
  } finally {
    memory.free(buffer);
  }
}

/** Reduces blocks of a fixed length, then their results. */
export function inBlocks(
  { memory }: Runtime,
  reduce: Reduce,
  { combine, pre, post, output }: ReduceKernel,
  { outer, inner }: ReducePlan,
  way: keyof typeof BLOCK,
  out: View,
  inputs: readonly View[],
  params: readonly Literal[],
): void {
  const length = inner.shape[0]!;
  const block = BLOCK[way];
  const blocks = Math.floor(length / block);
  const count = Math.ceil(length / block);
  // What the second pass reduces lies as what the first one did: along rows, or down columns.
  const [step, dense] =
    way === 'rows' ? [1, denseOf(outer.shape, count)] : [outer.size, denseOf(outer.shape, 1)];
  const buffer = memory.alloc(pre.dtype, outer.size * count);
  const between: View = { storage: { buffer }, offset: 0, dtype: pre.dtype };
  const first = reduceKernel(combine, pre, pre.dtype);
  /** `n` blocks of `size` elements from block `from` on. */
  const part = (from: number, n: number, size: number): void => {
    const along = inner.strides.map((own) => own[0]!);
    const shape = way === 'rows' ? [...outer.shape, n] : [n, ...outer.shape];
    const around = (own: Strides, stride: number): Strides =>
      way === 'rows' ? [...own, stride] : [stride, ...own];
    const plan = {
      outer: {
        size: outer.size * n,
        shape,
        strides: [
          around(dense, step),
          ...inputs.map((_, i) => around(outer.strides[i + 1]!, along[i]! * block)),
        ],
      },
      inner: { size, shape: [size], strides: inner.strides },
    };
    const to = { ...between, offset: from * step };
    const views = inputs.map((view, i) => ({ ...view, offset: view.offset + from * block * along[i]! }));
    reduce(first, plan, to, views, params);
  };
  try {
    part(0, blocks, block);
    if (count > blocks) part(blocks, 1, length - blocks * block);
    const totals = {
      outer: { size: outer.size, shape: outer.shape, strides: [outer.strides[0]!, dense] },
      inner: { size: count, shape: [count], strides: [[step]] },
    };
    reduce(
      reduceKernel(combine, load(0, pre.dtype), output, () => post),
      totals,
      out,
      [between],
      params,
    );
  } finally {
    memory.free(buffer);
  }
}

/** Row-major strides with `least` between neighbours. */
function denseOf(shape: readonly number[], least: number): number[] {
  const strides: number[] = [];
  for (let d = shape.length - 1, step = least; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d]!;
  }
  return strides;
}
