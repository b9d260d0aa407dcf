import { backendOf } from '../backend/index.ts';
import { type DType, getDefaultDtype, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { canRead, emptyTensor, type GradRecord, noGrad, Tensor, track } from '../extend/index.ts';
import * as rng from '../rng/index.ts';
import { parseSizes, type SizeArgs, type TensorOptions } from './creation.ts';
import { drawInto, type Fill, type RandomOptions } from './internal/draw.ts';

/** Keyword arguments of random constructors. */
export interface RandomTensorOptions extends TensorOptions, RandomOptions {}

function drawn(op: string, args: readonly unknown[], fallback: DType, fill: (dtype: DType) => Fill): Tensor {
  const { shape, options } = parseSizes(args, op);
  const given = options as RandomTensorOptions;
  const dtype = given.dtype ?? fallback;
  const out = emptyTensor(backendOf(given.device), dtype, shape);
  drawInto(out, given.generator, fill(dtype));
  return given.requiresGrad === true ? out.requiresGrad_(true) : out;
}

/** Uniform in [0, 1): `rand(2, 3)`. */
export function rand(...args: SizeArgs): Tensor {
  return drawn('rand', args, getDefaultDtype(), (dtype) => (g, out) => rng.uniform(g, out, dtype));
}

/** Standard normal: `randn(2, 3)`. */
export function randn(...args: SizeArgs): Tensor {
  return drawn(
    'randn',
    args,
    getDefaultDtype(),
    (dtype) => (g, out, contiguous) => rng.normal(g, out, dtype, 0, 1, { contiguous }),
  );
}

/** Whole numbers in [low, high): `randint(high, shape)` or `randint(low, high, shape)`. int64 unless said otherwise. */
export function randint(
  ...args: readonly (number | bigint | readonly number[] | RandomTensorOptions | undefined)[]
): Tensor {
  const at = args.findIndex((x) => Array.isArray(x));
  const shape = args[at] as readonly number[];
  const bounds = args.slice(0, at) as (number | bigint)[];
  const [low, high] = bounds.length === 1 ? [0, bounds[0]!] : [bounds[0]!, bounds[1]!];
  return drawn(
    'randint',
    [shape, args[at + 1] ?? {}],
    'int64',
    (dtype) => (g, out) => rng.randint(g, out, dtype, low, high),
  );
}

/** The numbers 0 to n - 1 in random order. int64 unless said otherwise. */
export function randperm(n: number, options: RandomTensorOptions = {}): Tensor {
  if (n >= 0) rng.checkPermutation(n, options.dtype ?? 'int64');
  return drawn('randperm', [[n], options], 'int64', (dtype) => (g, out) => rng.randperm(g, out, dtype));
}

/** Normal numbers whose means and deviations are tensors or numbers; with two numbers the shape is given. */
export function normal(
  mean: number | Tensor,
  std: number | Tensor = 1,
  sizeOrOptions?: readonly number[] | RandomOptions,
  options: RandomTensorOptions = {},
): Tensor {
  if (typeof mean === 'number' && typeof std === 'number') {
    return drawn(
      'normal',
      [sizeOrOptions, options],
      getDefaultDtype(),
      (dtype) => (g, out, contiguous) => rng.normal(g, out, dtype, mean, std, { contiguous }),
    );
  }
  const given = (sizeOrOptions ?? {}) as RandomOptions;
  const out = noGrad(() => normalAround(mean, std, given));
  const overload = !(mean instanceof Tensor) ? 2 : std instanceof Tensor ? 3 : 1;
  return track(normalRecords[overload - 1]!, out, [mean, std], undefined);
}

/** Random numbers do not depend on their distribution smoothly: the gradients are 0. */
const normalRecords: readonly GradRecord<undefined>[] = [1, 2, 3].map((overload) => ({
  name: `NormalBackward${overload}`,
  grads: [{ vjp: (g) => g.zerosLike() }, { vjp: (g) => g.zerosLike() }],
}));

function normalAround(mean: number | Tensor, std: number | Tensor, options: RandomOptions): Tensor {
  if (std instanceof Tensor) {
    const shape = mean instanceof Tensor ? mean.add(std).shape : std.shape;
    if (isFloatingPoint(std.dtype) && std.numel() > 0 && canRead(std) && Number(std.amin().item()) < 0) {
      fail('op/argument', { text: 'normal expects all elements of std >= 0.0' });
    }
    return std.newEmpty(shape).normal_(0, 1, options).mul(std).add(mean);
  }
  const centre = mean as Tensor;
  return centre.emptyLike().normal_(0, std, options).add(centre);
}
