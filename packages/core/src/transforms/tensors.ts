import type { TensorOrList } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { sameShape } from '../shape/index.ts';
import { Tensor } from '../tensor/index.ts';

/** `T` in the place of each tensor: alone for a tensor, in an array of the same length for an array. */
export type InPlaceOf<S extends TensorOrList, T> = S extends Tensor ? T : { -readonly [K in keyof S]: T };

/** The arguments of a function of these inputs: one tensor, or those of the array one by one. */
export type Arguments<I extends TensorOrList> = I extends readonly Tensor[]
  ? { -readonly [K in keyof I]: Tensor }
  : [Tensor];

/** A differentiable function of `I` that gives `O`. */
export type FunctionOf<I extends TensorOrList, O extends TensorOrList> = (...inputs: Arguments<I>) => O;

/** Tensors as a list, and whether they came as one. @throws `autograd/functional-type` */
export class Tensors {
  readonly list: readonly Tensor[];
  readonly several: boolean;

  constructor(value: TensorOrList, what: string, transform: string) {
    this.several = Array.isArray(value);
    this.list = this.several ? (value as readonly Tensor[]) : [value as Tensor];
    this.list.forEach((item, index) => {
      if (item instanceof Tensor) return;
      fail('autograd/functional-type', {
        what,
        transform,
        index: this.several ? index : undefined,
        value: item,
      });
    });
  }

  /** Other tensors, one for each of these, in the form that these came in. */
  shaped<T>(values: readonly T[]): T | readonly T[] {
    return this.several ? values : values[0]!;
  }
}

/** The arguments of {@link FunctionOf} from a list; the caller knows their number. */
export function applyTo<I extends TensorOrList, O extends TensorOrList>(
  fn: FunctionOf<I, O>,
  inputs: readonly Tensor[],
): O {
  return (fn as (...inputs: readonly Tensor[]) => O)(...inputs);
}

/** Inputs to differentiate with respect to: part of the caller's graph with `createGraph`, else cut off from it. */
export function prepared(inputs: readonly Tensor[], createGraph: boolean, needGraph: boolean): Tensor[] {
  return inputs.map((x) => (createGraph ? x.viewAs(x) : x.detach().requiresGrad_(needGraph)));
}

/** Results as they are given away: without the graph that led to them unless that was asked for. */
export function finished(results: readonly Tensor[], createGraph: boolean): readonly Tensor[] {
  return createGraph ? results : results.map((x) => x.detach());
}

/** The vector that a transform was given, checked against what it multiplies. */
export function checkedVector(
  vector: TensorOrList,
  other: Tensors,
  transform: string,
  createGraph: boolean,
): readonly Tensor[] {
  const { list } = new Tensors(vector, 'v', transform);
  const v = prepared(list, createGraph, false);
  if (v.length !== other.list.length) {
    fail('autograd/vector-count', {
      expected: other.several ? other.list.length : undefined,
      got: v.length,
    });
  }
  v.forEach((x, i) => {
    const expected = other.list[i]!.shape;
    if (sameShape(x.shape, expected)) return;
    fail('autograd/vector-size', { entry: other.several ? i : undefined, expected, got: x.shape });
  });
  return v;
}
