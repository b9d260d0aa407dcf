import { enableGrad, isGradEnabled, type TensorOrList, withGradMode } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { scalarOf } from './jacobian.ts';
import { filled, gradOf, requireGraph, type TransformOptions } from './strict.ts';
import {
  applyTo,
  checkedVector,
  type FunctionOf,
  finished,
  type InPlaceOf,
  prepared,
  Tensors,
} from './tensors.ts';

const outputsOf = 'outputs of the user-provided function';

/** Runs the last gradient of a product: recorded with `createGraph`, else as the caller has it. */
function lastly<R>(createGraph: boolean, run: () => R): R {
  return withGradMode(createGraph || isGradEnabled(), run);
}

/** Zeros of the same shapes that can be differentiated with respect to. */
function probes(tensors: readonly Tensor[]): readonly Tensor[] {
  return tensors.map((x) => x.detach().zerosLike().requiresGrad_());
}

/**
 * The outputs of `fn` at `inputs`, and the vector-Jacobian product with `v`: one vector entry for each output; none is
 * needed for a single output of one element.
 * @throws `autograd/vector-needed`, `autograd/vector-count`, `autograd/vector-size`, `autograd/strict`
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.vjp.html
 */
export function vjp<const I extends TensorOrList, const O extends TensorOrList>(
  fn: FunctionOf<I, O>,
  inputs: I,
  v: TensorOrList | null = null,
  options: TransformOptions = {},
): [outputs: InPlaceOf<O, Tensor>, product: InPlaceOf<I, Tensor>] {
  const { createGraph = false, strict = false } = options;
  const given = new Tensors(inputs, 'inputs', 'vjp');
  const sources = prepared(given.list, createGraph, true);
  const [outputs, weights] = enableGrad(() => {
    const results = new Tensors(applyTo(fn, sources), outputsOf, 'vjp');
    requireGraph(results.list, 'outputs', strict);
    if (v !== null) return [results, checkedVector(v, results, 'vjp', createGraph)] as const;
    if (results.list.length !== 1 || results.list[0]!.numel() !== 1)
      fail('autograd/vector-needed', { by: 'output' });
    return [results, undefined] as const;
  });
  const product = lastly(createGraph, () =>
    filled(gradOf(outputs.list, sources, weights, { createGraph }), sources, 'back', options),
  );
  return pair(outputs, given, outputs.list, product, createGraph);
}

/**
 * The outputs of `fn` at `inputs`, and the Jacobian-vector product with `v`: one vector entry for each input; none is needed
 * for a single input of one element. Computed by differentiating the backward run.
 * @throws `autograd/vector-needed`, `autograd/vector-count`, `autograd/vector-size`, `autograd/strict`
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html
 */
export function jvp<const I extends TensorOrList, const O extends TensorOrList>(
  fn: FunctionOf<I, O>,
  inputs: I,
  v: TensorOrList | null = null,
  options: TransformOptions = {},
): [outputs: InPlaceOf<O, Tensor>, product: InPlaceOf<O, Tensor>] {
  const { createGraph = false, strict = false } = options;
  const given = new Tensors(inputs, 'inputs', 'jvp');
  const direction = directionFor(given, v, 'jvp', createGraph);
  const sources = prepared(given.list, createGraph, true);
  const { outputs, weights, first } = enableGrad(() => {
    const results = new Tensors(applyTo(fn, sources), outputsOf, 'jvp');
    requireGraph(results.list, 'outputs', strict);
    const probe = probes(results.list);
    const back = gradOf(results.list, sources, probe, { createGraph: true });
    requireGraph(back, 'gradInputs', strict);
    return { outputs: results, weights: probe, first: back };
  });
  const product = lastly(createGraph, () =>
    filled(gradOf(first, weights, direction, { createGraph }), outputs.list, 'backTrick', options),
  );
  return pair(outputs, outputs, outputs.list, product, createGraph);
}

/**
 * The value of `fn`, which gives one element, at `inputs`, and the product of `v` with its Hessian.
 * @throws `autograd/functional-scalar`, `autograd/vector-needed`, `autograd/strict` and the like
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.vhp.html
 */
export function vhp<const I extends TensorOrList>(
  fn: FunctionOf<I, Tensor>,
  inputs: I,
  v: TensorOrList | null = null,
  options: TransformOptions = {},
): [output: Tensor, product: InPlaceOf<I, Tensor>] {
  const { createGraph = false, strict = false } = options;
  const given = new Tensors(inputs, 'inputs', 'vhp');
  const weights = directionFor(given, v, 'vhp', createGraph);
  const sources = prepared(given.list, createGraph, true);
  const [output, first] = enableGrad(() => gradientOf(fn, sources, 'vhp', strict));
  const product = lastly(createGraph, () =>
    filled(gradOf(first, sources, weights, { createGraph }), sources, 'doubleBack', options),
  );
  return pair(undefined, given, [output], product, createGraph);
}

/**
 * The value of `fn`, which gives one element, at `inputs`, and the product of its Hessian with `v`. Slower than {@link vhp},
 * which gives the same for functions whose second derivatives are continuous.
 * @throws `autograd/functional-scalar`, `autograd/vector-needed`, `autograd/strict` and the like
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html
 */
export function hvp<const I extends TensorOrList>(
  fn: FunctionOf<I, Tensor>,
  inputs: I,
  v: TensorOrList | null = null,
  options: TransformOptions = {},
): [output: Tensor, product: InPlaceOf<I, Tensor>] {
  const { createGraph = false, strict = false } = options;
  const given = new Tensors(inputs, 'inputs', 'hvp');
  const direction = directionFor(given, v, 'hvp', createGraph);
  const sources = prepared(given.list, createGraph, true);
  const { output, weights, second } = enableGrad(() => {
    const [value, first] = gradientOf(fn, sources, 'hvp', strict);
    const probe = probes(sources);
    const back = gradOf(first, sources, probe, { createGraph: true });
    requireGraph(back, 'hessian', strict);
    return { output: value, weights: probe, second: back };
  });
  const product = lastly(createGraph, () =>
    filled(gradOf(second, weights, direction, { createGraph }), sources, 'doubleBackTrick', options),
  );
  return pair(undefined, given, [output], product, createGraph);
}

/** The value of a function of one element, and its gradient as part of the graph. */
function gradientOf<I extends TensorOrList>(
  fn: FunctionOf<I, Tensor>,
  sources: readonly Tensor[],
  transform: string,
  strict: boolean,
): [Tensor, readonly (Tensor | null)[]] {
  const result = scalarOf(applyTo(fn, sources), transform, strict);
  const first = gradOf([result], sources, undefined, { createGraph: true });
  requireGraph(first, 'jacobian', strict);
  return [result, first];
}

/** The vector that multiplies the inputs' side. @throws `autograd/vector-needed` and what {@link checkedVector} throws */
function directionFor(
  given: Tensors,
  v: TensorOrList | null,
  transform: string,
  createGraph: boolean,
): readonly Tensor[] | undefined {
  if (v !== null) return checkedVector(v, given, transform, createGraph);
  if (given.list.length !== 1 || given.list[0]!.numel() !== 1)
    fail('autograd/vector-needed', { by: 'input' });
  return undefined;
}

/** A transform's two results in the forms that its outputs and its product have. */
function pair<A, B>(
  outputForm: Tensors | undefined,
  productForm: Tensors,
  outputs: readonly Tensor[],
  product: readonly Tensor[],
  createGraph: boolean,
): [A, B] {
  const values = finished(outputs, createGraph);
  return [
    (outputForm?.shaped(values) ?? values[0]) as A,
    productForm.shaped(finished(product, createGraph)) as B,
  ];
}
