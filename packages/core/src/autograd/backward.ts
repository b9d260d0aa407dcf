import { fail } from '../errors/index.ts';
import { sameShape } from '../shape/index.ts';
import { Tensor } from '../tensor/index.ts';
import { accumulateInto } from './accumulate.ts';
import { type Capture, type Root, runBackward } from './engine.ts';
import { gradientNode, outputNrOf, requiresGradOf } from './gradient-edge.ts';
import { withGradMode } from './modes.ts';

/** One tensor or several. */
export type TensorOrList = Tensor | readonly Tensor[];

export interface BackwardOptions {
  /** Keep the graph so that backward can run through it again. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the backward run itself, for higher derivatives. Default: false. */
  readonly createGraph?: boolean;
  /** Accumulate only into these tensors, which need not be leaves. */
  readonly inputs?: TensorOrList;
}

export interface GradOptions {
  /** The vector of the vector-Jacobian product, one per output; ones for scalar outputs when omitted. */
  readonly gradOutputs?: TensorOrList | readonly (Tensor | null)[];
  readonly retainGraph?: boolean;
  readonly createGraph?: boolean;
  /** Give null for inputs that the outputs do not depend on, instead of an error. */
  readonly allowUnused?: boolean;
  /** Give zeros for such inputs. */
  readonly materializeGrads?: boolean;
}

function toList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function checkGradType(grad: unknown): void {
  if (grad == null || grad instanceof Tensor) return;
  fail('autograd/grad-type', { value: grad });
}

/** The starting points of a run: each output with its gradient. */
function rootsOf(outputs: readonly Tensor[], grads: readonly (Tensor | null | undefined)[]): Root[] {
  return outputs.map((output, index) => {
    const grad = grads[index] ?? undefined;
    checkGradType(grad);
    if (grad !== undefined && !sameShape(grad.shape, output.shape)) {
      fail('autograd/grad-shape', { index, grad: grad.shape, output: output.shape });
    }
    if (grad === undefined && requiresGradOf(output) && output.numel() !== 1) {
      fail('autograd/not-scalar', { shape: output.shape });
    }
    const node = gradientNode(output);
    if (node === null) fail('autograd/no-graph', { index });
    const start = grad ?? withGradMode(false, () => output.onesLike());
    return {
      node,
      outputNr: outputNrOf(output),
      grad: start.dtype === output.dtype ? start : start.to(output.dtype),
    };
  });
}

/**
 * Computes the gradients of `tensors` with respect to the leaves they depend on, and adds them to the leaves' `.grad`.
 * @throws `autograd/no-graph`, `autograd/not-scalar`, `autograd/grad-shape`, `autograd/second-backward`
 */
export function backward(
  tensors: TensorOrList,
  gradTensors?: TensorOrList | readonly (Tensor | null)[] | null,
  options: BackwardOptions = {},
): void {
  const outputs = toList<Tensor>(tensors);
  const grads = gradTensors == null ? [] : toList<Tensor | null>(gradTensors);
  for (let i = 0; i < outputs.length; i++) checkGradType(grads[i]);
  if (gradTensors != null && grads.length !== outputs.length) {
    fail('autograd/grad-count', { tensors: outputs.length, gradients: grads.length });
  }
  const createGraph = options.createGraph ?? false;
  const keepGraph = options.retainGraph ?? createGraph;
  const inputs = options.inputs === undefined ? undefined : toList<Tensor>(options.inputs);
  if (inputs?.length === 0) fail('autograd/empty-inputs', {});
  const roots = rootsOf(outputs, grads);
  if (inputs === undefined) {
    runBackward(roots, { keepGraph, createGraph });
    return;
  }
  const captures = capturesOf(inputs);
  runBackward(roots, { keepGraph, createGraph, captures });
  withGradMode(createGraph, () => {
    captures.forEach(({ grad }, i) => {
      if (grad !== undefined) accumulateInto(inputs[i]!, grad, () => false);
    });
  });
}

function capturesOf(inputs: readonly Tensor[]): Capture[] {
  return inputs.map((input, index) => {
    const node = gradientNode(input);
    if (node === null) fail('autograd/input-no-grad', { index });
    return { node, outputNr: outputNrOf(input), grad: undefined };
  });
}

/**
 * The gradients of the sum of `outputs` (each weighted by its `gradOutputs`) with respect to `inputs`, which need not be
 * leaves; `.grad` is left alone. An input that nothing depends on gives null with `allowUnused`.
 * @throws `autograd/unused`, `autograd/input-no-grad` and what {@link backward} throws
 */
export function grad(
  outputs: TensorOrList,
  inputs: TensorOrList,
  options: GradOptions = {},
): (Tensor | null)[] {
  const { materializeGrads = false } = options;
  if (materializeGrads && options.allowUnused === false) fail('autograd/materialize', {});
  const allowUnused = options.allowUnused ?? materializeGrads;
  const createGraph = options.createGraph ?? false;
  const sources = toList<Tensor>(inputs);
  const grads = options.gradOutputs === undefined ? [] : toList<Tensor | null>(options.gradOutputs);
  const roots = rootsOf(toList<Tensor>(outputs), grads);
  const captures = capturesOf(sources);
  runBackward(roots, { keepGraph: options.retainGraph ?? createGraph, createGraph, captures });
  return captures.map((capture, index) => {
    if (capture.grad !== undefined) return capture.grad;
    if (!allowUnused) fail('autograd/unused', { index });
    return materializeGrads ? sources[index]!.detach().zerosLike() : null;
  });
}
