import { type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import type { Shape } from '../shape/index.ts';
import { indexVector, numberVector } from './tables.ts';

/** What each element of a row is made of: elements of another row, each times a weight. */
export interface Taps {
  /** For each contribution, where it comes from. */
  readonly index: readonly (readonly number[])[];
  /** For each contribution its weights; undefined for 1 everywhere. */
  readonly weight: readonly (readonly number[])[] | undefined;
}

interface Step {
  readonly axis: number;
  readonly size: number;
  readonly index: readonly Tensor[];
  readonly weight: readonly Tensor[] | undefined;
}

/** Resamples one dimension; a linear map that knows its transpose. */
function forward(x: Tensor, { axis, index, weight }: Step): Tensor {
  const parts = index.map((at, t) => {
    const part = x.indexSelect(axis, at);
    return weight === undefined ? part : part.mul(weight[t]!);
  });
  return parts.reduce((sum, part) => sum.add(part));
}

function transposed(g: Tensor, { axis, size, index, weight }: Step): Tensor {
  const shape = g.shape.map((n, d) => (d === axis ? size : n));
  return index.reduce(
    (sum, at, t) => sum.indexAdd(axis, at, weight === undefined ? g : g.mul(weight[t]!)),
    g.newZeros(shape),
  );
}

/** Dimensions of a tensor resampled one after the other, as one node. */
export function resampler(
  node: string,
): (input: Tensor, taps: readonly (readonly [axis: number, taps: Taps])[]) => Tensor {
  const record: GradRecord<readonly Step[]> = {
    name: node,
    grads: [{ vjp: (g, c) => c.attrs.reduceRight((grad, step) => transposed(grad, step), g) }],
  };
  return (input, taps) => {
    const steps = taps.map(([axis, own]): Step => {
      const along: Shape = input.shape.map((_, d) => (d === axis ? -1 : 1));
      return {
        axis,
        size: input.shape[axis]!,
        index: own.index.map((at) => indexVector(input, at)),
        weight: own.weight?.map((w) => numberVector(input, w).view(along)),
      };
    });
    const out = noGrad(() => steps.reduce((x, step) => forward(x, step), input.detach()));
    return track(record, out.detach(), [input], steps);
  };
}
