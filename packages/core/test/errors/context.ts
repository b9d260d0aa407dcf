import type { Scalar, Tensor } from '@taimatsu/core';
import { PythonFloat, PythonTuple, type PythonValue } from '../../src/print/index.ts';
import { torch } from '../setup.ts';

/** One recorded piece of Python code in TypeScript; what it returns is what the code left in `r`. */
export type Call = () => unknown;

export const { functional, ones, zeros, tensor } = torch;

export const leaf = (...shape: number[]): Tensor => torch.ones(shape, { requiresGrad: true });
export const long = (...shape: number[]): Tensor => torch.ones(shape, { dtype: 'int64' });
export const bool = (...shape: number[]): Tensor => torch.ones(shape, { dtype: 'bool' });
export const half = (...shape: number[]): Tensor => torch.ones(shape, { dtype: 'float16' });
export const bfloat16 = (...shape: number[]): Tensor => torch.ones(shape, { dtype: 'bfloat16' });
export const double = (...shape: number[]): Tensor => torch.ones(shape, { dtype: 'float64' });

/** What a compiler would refuse, for mistakes that programs in plain JavaScript can make. */
export const wrong = (value: unknown): never => value as never;

/** Python's `float(x)`. */
export const float = (x: Tensor): PythonFloat => new PythonFloat(x.item() as number);

/** Python's `x.tolist()` of a floating tensor with one dimension. */
export const floats = (x: Tensor): PythonFloat[] => (x.tolist() as number[]).map((v) => new PythonFloat(v));

/** Python's tuple. */
export const tuple = (...items: unknown[]): PythonTuple => new PythonTuple(...(items as PythonValue[]));

interface Watched {
  readonly tensor: Tensor;
  readonly before: readonly unknown[];
}

const watched: Watched[] = [];

function stateOf(x: Tensor): readonly unknown[] {
  const values = [...new Set(torch.noGrad(() => x.detach().flatten().tolist()) as Scalar[])];
  return [x.version, x.gradFn, x.requiresGrad, x.dtype, [...x.shape], [...x.strides], values];
}

/** A tensor that a failing call must leave as it is. */
export function watch(x: Tensor): Tensor {
  watched.push({ tensor: x, before: stateOf(x) });
  return x;
}

/** The watched tensors as they were and as they are; forgets them. */
export function watchedStates(): { before: unknown; after: unknown }[] {
  return watched.splice(0).map(({ tensor: x, before }) => ({ before, after: stateOf(x) }));
}
