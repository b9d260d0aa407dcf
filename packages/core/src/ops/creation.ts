import { installFactories } from '../autograd/index.ts';
import { type Backend, backendOf, type Device, type ElementArray, elementArray } from '../backend/index.ts';
import { launchMap, scalarFor } from '../dispatch/index.ts';
import {
  checkedScalar,
  type DType,
  dtypeInfo,
  fits,
  getDefaultDtype,
  isFloatingPoint,
  isInteger,
  isScalar,
  type Scalar,
  toBFloat16Bits,
  toFloat16Bits,
} from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import { emptyTensor, Tensor } from '../extend/index.ts';
import { cxx } from '../rng/index.ts';
import { param, position, type ScalarKernel, scalarKernel } from '../scalar/index.ts';
import { contiguousStrides, likeStrides, numelOf, type Shape, type Strides } from '../shape/index.ts';
import { flattenNested, type NestedData } from './internal/nested-data.ts';
import { integerLogspace, linspaceSequence, rangeSequence } from './internal/sequences.ts';

/** Keyword arguments of the functions that make tensors. */
export interface TensorOptions {
  /** Default: what the values call for, else the default dtype. */
  readonly dtype?: DType | undefined;
  /** Default: the default device. */
  readonly device?: Device | undefined;
  /** Makes the result a leaf that gathers gradients. Default false. */
  readonly requiresGrad?: boolean | undefined;
}

/** Sizes one by one or as a list, then options. */
export type SizeArgs =
  | readonly [...sizes: number[], options: TensorOptions]
  | readonly number[]
  | readonly [readonly number[], TensorOptions?];

/** Splits `ones(2, 3, { … })` and `ones([2, 3], { … })` into sizes and options. */
export function parseSizes(
  args: readonly unknown[],
  op: string,
): { shape: number[]; options: TensorOptions } {
  const last = args[args.length - 1];
  const hasOptions = typeof last === 'object' && last !== null && !Array.isArray(last);
  const rest = hasOptions ? args.slice(0, -1) : args;
  const shape = (Array.isArray(rest[0]) ? rest[0] : rest) as number[];
  for (const size of shape) {
    if (!Number.isInteger(size)) fail('shape/sizes', { op, value: size });
    if (size < 0) fail('shape/negative-size', { size, shape });
  }
  return { shape: [...shape], options: hasOptions ? (last as TensorOptions) : {} };
}

function finish(out: Tensor, requiresGrad: boolean | undefined): Tensor {
  if (requiresGrad !== true) return out;
  if (!isFloatingPoint(out.dtype)) fail('dtype/requires-grad', { dtype: out.dtype, through: 'creation' });
  return out.requiresGrad_(true);
}

const fillKernels = new Map<DType, ScalarKernel>();

function fillKernel(dtype: DType): ScalarKernel {
  let kernel = fillKernels.get(dtype);
  if (kernel === undefined) {
    kernel = scalarKernel(param(0, dtype), dtype);
    fillKernels.set(dtype, kernel);
  }
  return kernel;
}

/** Sets every element, outside the graph. @throws `dtype/overflow` */
export function fillWith(out: Tensor, value: Scalar): Tensor {
  const { dtype } = out;
  launchMap(fillKernel(dtype), out, [], [scalarFor(checkedScalar(value, dtype), dtypeInfo[dtype].compute)]);
  return out;
}

/** A tensor of `shape` with every element `value`. */
export function fullTensor(
  backend: Backend,
  dtype: DType,
  shape: Shape,
  value: Scalar,
  strides?: Strides,
): Tensor {
  return fillWith(emptyTensor(backend, dtype, shape, strides), value);
}

installFactories({
  zeros: (shape, dtype, backend) => fullTensor(backend, dtype, shape, 0),
  scalar: (value, dtype, backend) => fullTensor(backend, dtype, [], value),
});

/** A tensor whose elements are not set. */
export function empty(...args: SizeArgs): Tensor {
  const { shape, options } = parseSizes(args, 'empty');
  return finish(
    emptyTensor(backendOf(options.device), options.dtype ?? getDefaultDtype(), shape),
    options.requiresGrad,
  );
}

/** An uninitialised tensor with given strides. */
export function emptyStrided(shape: Shape, strides: Strides, options: TensorOptions = {}): Tensor {
  const span = shape.reduce((last, size, d) => last + (size - 1) * strides[d]!, 1);
  const memory = emptyTensor(backendOf(options.device), options.dtype ?? getDefaultDtype(), [
    numelOf(shape) === 0 ? 0 : span,
  ]);
  return finish(new Tensor(memory.storage, memory.dtype, shape, strides, 0), options.requiresGrad);
}

function filled(op: string, args: readonly unknown[], value: Scalar): Tensor {
  const { shape, options } = parseSizes(args, op);
  const dtype = options.dtype ?? getDefaultDtype();
  return finish(fullTensor(backendOf(options.device), dtype, shape, value), options.requiresGrad);
}

/** A tensor of zeros: `zeros(2, 3)` or `zeros([2, 3], { dtype: 'int64' })`. */
export function zeros(...args: SizeArgs): Tensor {
  return filled('zeros', args, 0);
}

/** A tensor of ones. */
export function ones(...args: SizeArgs): Tensor {
  return filled('ones', args, 1);
}

/** The dtype that a JavaScript value gives a tensor: booleans bool, bigints int64, numbers the default dtype. */
export function inferDtype(value: Scalar): DType {
  return typeof value === 'boolean' ? 'bool' : typeof value === 'bigint' ? 'int64' : getDefaultDtype();
}

/** A tensor with every element `value`. */
export function full(shape: Shape, value: Scalar, options: TensorOptions = {}): Tensor {
  if (!isScalar(value)) fail('dtype/fill-value', { op: 'full', value });
  const dtype = options.dtype ?? inferDtype(value);
  return finish(fullTensor(backendOf(options.device), dtype, shape, value), options.requiresGrad);
}

/**
 * A tensor from nested arrays, a typed array, a number, a bigint or a boolean. Numbers make the default dtype, bigints
 * int64, booleans bool.
 * @throws `shape/ragged`, `dtype/invalid-data`, `dtype/overflow`
 */
export function tensor(data: NestedData, options: TensorOptions = {}): Tensor {
  if (data instanceof Tensor) {
    warn(
      'To copy construct from a tensor, it is recommended to use sourceTensor.clone().detach() or sourceTensor.clone().detach().requires_grad_(True), rather than torch.tensor(sourceTensor).',
    );
    return finish(
      data
        .detach()
        .clone()
        .to(options.dtype ?? data.dtype),
      options.requiresGrad,
    );
  }
  const { shape, values, dtype: inferred } = flattenNested(data);
  const dtype = options.dtype ?? inferred;
  const elements = elementArray(dtype, values.length);
  for (let i = 0; i < values.length; i++) writeElement(elements, i, values[i]!, dtype);
  const out = emptyTensor(backendOf(options.device), dtype, shape);
  if (elements.length > 0) out.storage.write(0, elements);
  return finish(out, options.requiresGrad);
}

/** Stores one value as its dtype has it in memory. @throws `dtype/overflow` */
function writeElement(elements: ElementArray, i: number, value: Scalar, dtype: DType): void {
  switch (dtype) {
    case 'bool':
      elements[i] = Number.isNaN(value) || value ? 1 : 0;
      return;
    case 'float16':
      elements[i] = toFloat16Bits(Number(value));
      return;
    case 'bfloat16':
      elements[i] = toBFloat16Bits(Number(value));
      return;
    case 'float32':
    case 'float64':
      elements[i] = Number(value);
      return;
    case 'int64':
      if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value)
        fail('dtype/long-overflow', { value });
      elements[i] = typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value)));
      return;
    default:
      if (!fits(value, dtype)) fail('dtype/overflow', { dtype, value });
      elements[i] = Math.trunc(Number(value));
  }
}

/** The tensor itself if it is one with the wanted dtype, else {@link tensor}. */
export function asTensor(data: NestedData, options: TensorOptions = {}): Tensor {
  if (!(data instanceof Tensor)) return tensor(data, options);
  return data.to(options.dtype ?? data.dtype);
}

const positions = scalarKernel(position('int64'), 'int64');

/** `count` numbers from `start`, `step` apart. */
export function rangeTensor(
  backend: Backend,
  dtype: DType,
  start: Scalar,
  step: Scalar,
  count: number,
): Tensor {
  const out = emptyTensor(backend, dtype, [count]);
  if (dtype === 'int64' && Number(start) === 0 && Number(step) === 1) launchMap(positions, out, [], []);
  else if (count > 0)
    out.storage.write(0, sequenceElements(dtype, count, rangeSequence(dtype, start, step, count)));
  return out;
}

/**
 * The numbers from `start` (0 when only one is given) up to but not including `end`. Whole arguments give int64, others
 * the default dtype.
 */
export function arange(
  ...args: readonly [...numbers: Scalar[], options: TensorOptions] | readonly Scalar[]
): Tensor {
  const last = args[args.length - 1];
  const options = (typeof last === 'object' ? last : {}) as TensorOptions;
  const numbers: Scalar[] = [];
  for (const x of args) if (typeof x !== 'object' && x !== undefined) numbers.push(x);
  const [start, end, step]: readonly [Scalar, Scalar, Scalar] =
    numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  if (Number(step) === 0) fail('op/argument', { text: 'step must be nonzero' });
  if (Number(end) !== Number(start) && Number(end) > Number(start) !== Number(step) > 0) {
    fail('op/argument', { text: 'upper bound and larger bound inconsistent with step sign' });
  }
  const whole = [start, end, step].every((x) => typeof x === 'bigint' || Number.isInteger(x));
  const dtype = options.dtype ?? (whole ? 'int64' : getDefaultDtype());
  const [from, to, by] = isInteger(dtype) ? [start, end, step].map(wholePart) : [start, end, step];
  const count = rangeCount(from!, to!, by!);
  if (!Number.isFinite(count)) {
    fail('op/argument', { text: `unsupported range: ${cxx(Number(start))} -> ${cxx(Number(end))}` });
  }
  return finish(rangeTensor(backendOf(options.device), dtype, from!, by!, count), options.requiresGrad);
}

const wholePart = (x: Scalar): Scalar => (typeof x === 'number' ? Math.trunc(x) : x);

function rangeCount(start: Scalar, end: Scalar, step: Scalar): number {
  if (typeof start !== 'bigint' && typeof end !== 'bigint') {
    return Math.ceil((Number(end) - Number(start)) / Number(step));
  }
  if (![start, end, step].every((x) => typeof x === 'bigint' || Number.isInteger(Number(x)))) {
    return rangeCount(Number(start), Number(end), step);
  }
  const [length, stride] = [BigInt(end) - BigInt(start), BigInt(step)];
  return Number(length / stride + (length % stride === 0n ? 0n : 1n));
}

/** `steps` numbers from `start` to `end`, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  if (steps < 0) fail('op/argument', { text: 'number of steps must be non-negative' });
  const dtype = options.dtype ?? getDefaultDtype();
  const out = emptyTensor(backendOf(options.device), dtype, [steps]);
  if (steps > 0)
    out.storage.write(0, sequenceElements(dtype, steps, linspaceSequence(dtype, start, end, steps)));
  return finish(out, options.requiresGrad);
}

/** A sequence's values in memory form. */
function sequenceElements(dtype: DType, count: number, valueAt: (i: number) => Scalar): ElementArray {
  const elements = elementArray(dtype, count);
  for (let i = 0; i < count; i++) writeElement(elements, i, valueAt(i), dtype);
  return elements;
}

/** `steps` numbers from base^start to base^end, evenly spaced in their exponents. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  options: TensorOptions & { readonly base?: number } = {},
): Tensor {
  const { base = 10, ...rest } = options;
  const dtype = rest.dtype ?? getDefaultDtype();
  if (!isFloatingPoint(dtype)) {
    if (steps < 0) fail('op/argument', { text: 'number of steps must be non-negative' });
    const out = emptyTensor(backendOf(options.device), dtype, [steps]);
    if (steps > 0)
      out.storage.write(0, sequenceElements(dtype, steps, integerLogspace(start, end, steps, base)));
    return finish(out, rest.requiresGrad);
  }
  const exponents = linspace(start, end, steps, { ...rest, dtype, requiresGrad: false });
  return finish(exponents.newFull([], base, { dtype }).pow(exponents), rest.requiresGrad);
}

/** The identity matrix, or its first rows and columns. */
export function eye(n: number, ...args: readonly (number | TensorOptions | undefined)[]): Tensor {
  const m = typeof args[0] === 'number' ? args[0] : n;
  const options = args.find((x): x is TensorOptions => typeof x === 'object') ?? {};
  if (n < 0) fail('op/argument', { text: `n must be greater or equal to 0, got ${n}` });
  if (m < 0) fail('op/argument', { text: `m must be greater or equal to 0, got ${m}` });
  const out = zeros([n, m], { ...options, requiresGrad: false });
  fillWith(out.diagonal(), 1);
  return finish(out, options.requiresGrad);
}

/** The strides of a fresh tensor like `self`, or row-major ones for another shape. */
export function stridesLike(self: Tensor, shape: Shape): Strides {
  return shape === self.shape ? likeStrides(self.shape, self.strides) : contiguousStrides(shape);
}
