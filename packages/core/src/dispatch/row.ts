import { planRow, type RowKernel } from '../kernel/index.ts';
import type { Literal } from '../scalar/index.ts';
import { broadcastStrides, contiguousStrides, reducedShape, type Strides } from '../shape/index.ts';
import { aliasTensor, emptyTensor, type Tensor } from '../tensor/index.ts';
import { kernelOf, launchMap, launchReduce } from './launch.ts';

/** What a row program gives. */
export interface RowResults {
  /** A value for each element: row-major, of the first input's shape. */
  readonly out: Tensor;
  /** What was saved, one for each row: in the order of the kernel's `saves`, with the axes as size 1. */
  readonly saved: readonly Tensor[];
}

/**
 * Runs a row program along `axes`, outside the graph: as one kernel where the backend has it and rows lie in memory
 * element by element, else as one launch for each of its parts. Inputs are broadcast to the shape of the first.
 */
export function launchRow(
  kernel: RowKernel,
  inputs: readonly Tensor[],
  axes: readonly number[],
  params: readonly Literal[],
): RowResults {
  const [{ shape, backend }] = inputs as [Tensor, ...Tensor[]];
  if (kernel.dtype === undefined || typeof backend.kernels.row !== 'function') {
    return inParts(kernel, inputs, axes, params);
  }
  const small = reducedShape(shape, axes, true);
  const out = emptyTensor(backend, kernel.element.output, shape);
  const saved = kernel.saves.map((k) => emptyTensor(backend, kernel.stages[k]!.output, small));
  const strides = (x: Tensor): Strides => broadcastStrides(x.shape, x.strides, shape);
  const plan = planRow(shape, axes, out.strides, inputs.map(strides), saved.map(strides));
  if (plan === undefined || plan.length === 0) return inParts(kernel, inputs, axes, params);
  if (plan.outer.size > 0) kernelOf(backend, 'row')(kernel, plan, out, inputs, saved, params);
  return { out, saved };
}

function inParts(
  { stages, element, kept, saves }: RowKernel,
  operands: readonly Tensor[],
  axes: readonly number[],
  params: readonly Literal[],
): RowResults {
  const [{ shape, backend }] = operands as [Tensor, ...Tensor[]];
  const small = reducedShape(shape, axes, true);
  const inputs = [...operands];
  let left: Tensor | undefined;
  stages.forEach((stage, k) => {
    const result = emptyTensor(backend, stage.output, reducedShape(shape, axes, false));
    if (kept?.stage === k) {
      left = emptyTensor(backend, kept.value.output, shape);
      launchMap(kept.value, left, inputs.slice(0, kept.value.inputs.length), params);
      launchReduce(kept.rest, result, [left], axes, params);
    } else launchReduce(stage, result, inputs.slice(0, stage.inputs.length), axes, params);
    inputs.push(aliasTensor(result, small, contiguousStrides(small)));
  });
  const out = emptyTensor(backend, element.output, shape);
  const last = left === undefined ? element : kept!.element;
  if (left !== undefined) inputs.push(left);
  launchMap(last, out, inputs.slice(0, last.inputs.length), params);
  return { out, saved: saves.map((k) => inputs[operands.length + k]!) };
}
