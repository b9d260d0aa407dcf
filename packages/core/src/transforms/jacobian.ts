import { enableGrad, type TensorOrList } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { stack } from '../ops/join.ts';
import type { Tensor } from '../tensor/index.ts';
import { gradOf, requireGraph, type TransformOptions } from './strict.ts';
import { applyTo, type FunctionOf, finished, type InPlaceOf, prepared, Tensors } from './tensors.ts';
import { vmap } from './vmap.ts';

/** Keyword arguments of {@link jacobian}. */
export interface JacobianTransformOptions extends TransformOptions {
  /** Runs backward once for all elements of an output, by `vmap`, rather than once for each. Default false. */
  readonly vectorize?: boolean;
}

/**
 * All first derivatives of `fn` at `inputs`. For one output of shape `o` and one input of shape `i` the result has shape
 * `o + i`; for several outputs or inputs it is an array of them, by outputs first and inputs second.
 * @throws `autograd/functional-type`, `autograd/strict`
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html
 */
export function jacobian<const I extends TensorOrList, const O extends TensorOrList>(
  fn: FunctionOf<I, O>,
  inputs: I,
  options: JacobianTransformOptions = {},
): InPlaceOf<O, InPlaceOf<I, Tensor>> {
  return rowsOf(fn, inputs, options) as InPlaceOf<O, InPlaceOf<I, Tensor>>;
}

function rowsOf<I extends TensorOrList, O extends TensorOrList>(
  fn: FunctionOf<I, O>,
  inputs: I,
  { createGraph = false, strict = false, vectorize = false }: JacobianTransformOptions,
): unknown {
  if (vectorize && strict) fail('autograd/vectorize-strict', {});
  return enableGrad(() => {
    const given = new Tensors(inputs, 'inputs', 'jacobian');
    const sources = prepared(given.list, createGraph, true);
    const outputs = new Tensors(applyTo(fn, sources), 'outputs of the user-provided function', 'jacobian');
    requireGraph(outputs.list, 'outputs', strict);
    const rows = outputs.list.map((output, i) => {
      const blocks = vectorize
        ? blocksAtOnce(output, sources, createGraph)
        : blocksOf(output, i, sources, createGraph, strict);
      return given.shaped(finished(blocks, createGraph));
    });
    return outputs.shaped(rows);
  });
}

/** The derivatives of one output: one backward run for each of its elements. */
function blocksOf(
  output: Tensor,
  outputNr: number,
  sources: readonly Tensor[],
  createGraph: boolean,
  strict: boolean,
): readonly Tensor[] {
  const rows: Tensor[][] = sources.map(() => []);
  const flat = output.reshape(-1);
  for (let j = 0; j < output.numel(); j++) {
    gradOf([flat.select(0, j)], sources, undefined, { retainGraph: true, createGraph }).forEach((g, i) => {
      if (g === null && strict) fail('autograd/strict-entry', { output: outputNr, input: i });
      if (g !== null && strict && createGraph && !g.requiresGrad) {
        fail('autograd/strict', { why: 'flatJacobian', index: outputNr });
      }
      rows[i]!.push(g ?? sources[i]!.detach().zerosLike());
    });
  }
  return sources.map((source, i) => {
    const shape = [...output.shape, ...source.shape];
    return rows[i]!.length === 0 ? source.detach().newZeros(shape) : stack(rows[i]!).view(shape);
  });
}

/** The same in one backward run for all elements. */
function blocksAtOnce(output: Tensor, sources: readonly Tensor[], createGraph: boolean): readonly Tensor[] {
  const count = output.numel();
  const seeds = output.detach().newZeros([count, count]);
  seeds.diagonal().fill_(1);
  const pull = (seed: Tensor): readonly Tensor[] =>
    gradOf([output], sources, [seed], { retainGraph: true, createGraph }).map(
      (g, i) => g ?? sources[i]!.detach().zerosLike(),
    );
  return vmap(pull)(seeds.view([count, ...output.shape])).map((rows, i) =>
    rows.reshape([...output.shape, ...sources[i]!.shape]),
  );
}

/**
 * All second derivatives of `fn`, which gives one element, at `inputs`: shape `i + i` for one input of shape `i`, arrays of
 * arrays for several.
 * @throws `autograd/functional-scalar` and what {@link jacobian} throws
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html
 */
export function hessian<const I extends TensorOrList>(
  fn: FunctionOf<I, Tensor>,
  inputs: I,
  options: TransformOptions = {},
): InPlaceOf<I, InPlaceOf<I, Tensor>> {
  const { strict = false } = options;
  const given = new Tensors(inputs, 'inputs', 'hessian');
  const gradient = (...at: readonly Tensor[]): readonly Tensor[] => {
    const value = (...xs: readonly Tensor[]): Tensor =>
      scalarOf(applyTo(fn, xs), 'hessian', strict).squeeze();
    const first = rowsOf(value, at, { createGraph: true }) as readonly Tensor[];
    requireGraph(first, 'jacobian', strict);
    return first;
  };
  const all = rowsOf(gradient, given.list, options) as readonly (readonly Tensor[])[];
  return given.shaped(all.map((row) => given.shaped(row))) as InPlaceOf<I, InPlaceOf<I, Tensor>>;
}

/**
 * A function's result, which must be one tensor of one element.
 * @throws `autograd/functional-type`, `autograd/functional-scalar`, `autograd/strict`
 */
export function scalarOf(result: TensorOrList, transform: string, strict: boolean): Tensor {
  const outputs = new Tensors(result, 'outputs of the user-provided function', transform);
  requireGraph(outputs.list, 'outputs', strict);
  const [output] = outputs.list;
  if (outputs.several || output === undefined)
    fail('autograd/functional-scalar', { transform, elements: undefined });
  if (output.numel() !== 1) fail('autograd/functional-scalar', { transform, elements: output.numel() });
  return output;
}
