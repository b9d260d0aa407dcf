import { launchMap } from '../dispatch/index.ts';
import { type Expr, emptyTensor, type GradRecord, noGrad, type Tensor, trackAll } from '../extend/index.ts';
import { Reduction } from '../ops/internal/reduction.ts';
import { cast, load, param, type ScalarKernel, s, scalarKernel } from '../scalar/index.ts';
import { numelOf, type Shape } from '../shape/index.ts';
import type { WindowTable } from './pool-shapes.ts';
import { indexVector, smallVector } from './tables.ts';
import { viewWindows, type WindowGeometry, withMargins } from './windows.ts';

/** A pool's values and where in the flattened planes they come from. */
export type Pooled = readonly [values: Tensor, indices: Tensor];

const maxima = new Reduction('max');
const positions = new Reduction('argmax');

const kernels = new Map<string, ScalarKernel>();

/**
 * From a position within a window to a place in the plane. Inputs: the position, then for each dimension where the
 * windows begin; scalars for each dimension: the kernel's size, the dilation, the plane's stride.
 */
function placeKernel(rank: number, padded: boolean): ScalarKernel {
  const key = `${rank} ${padded}`;
  const known = kernels.get(key);
  if (known !== undefined) return known;
  let rest = cast(load(0, 'int64'), 'int32');
  let place: Expr | undefined;
  for (let d = rank - 1; d >= 0; d--) {
    const scalar = (k: number): Expr => param(3 * d + k, 'int32');
    const outer = d === 0 ? undefined : s.div(rest, scalar(0));
    const within = outer === undefined ? rest : s.sub(rest, s.mul(outer, scalar(0)));
    const at = s.add(load(1 + d, 'int32'), s.mul(within, scalar(1)));
    // In a window of nothing but -Infinity a margin can come first: then the first place inside.
    const inside = padded ? s.where(s.lt(at, 0), s.remainder(at, scalar(1)), at) : at;
    const part = s.mul(inside, scalar(2));
    place = place === undefined ? part : s.add(place, part);
    rest = outer ?? rest;
  }
  const kernel = scalarKernel(place!, 'int64');
  kernels.set(key, kernel);
  return kernel;
}

function strideAfter(sizes: readonly number[], d: number): number {
  return numelOf(sizes.slice(d + 1));
}

function placesOf(position: Tensor, w: WindowGeometry): Tensor {
  const rank = w.kernel.length;
  const out = emptyTensor(position.backend, 'int64', position.shape);
  const starts = w.output.map((count, d) => {
    const values = Array.from({ length: count }, (_, o) => o * w.stride[d]! - w.padding[d]!);
    return smallVector(position, values).view([count, ...new Array<number>(rank - 1 - d).fill(1)]);
  });
  const scalars = w.kernel.flatMap((k, d) => [k, w.dilation[d]!, strideAfter(w.input, d)]);
  const padded = w.padding.some((n) => n > 0);
  launchMap(placeKernel(rank, padded), out, [position, ...starts], scalars);
  return out;
}

/** The largest of each window; outside the graph. */
export function maxOfWindows(x: Tensor, w: WindowGeometry): Tensor {
  const rank = w.kernel.length;
  const seen = viewWindows(withMargins(x, w, Number.NEGATIVE_INFINITY), w);
  const axes = w.kernel.map((_, d) => seen.ndim - rank + d);
  return maxima.run([seen], axes, false, x.dtype);
}

/** The largest of each window and where it is; NaN wins, then the first. Outside the graph. */
export function maxWithPlaces(x: Tensor, w: WindowGeometry): Pooled {
  const rank = w.kernel.length;
  const seen = viewWindows(withMargins(x, w, Number.NEGATIVE_INFINITY), w);
  const axes = w.kernel.map((_, d) => seen.ndim - rank + d);
  const position = positions.run([seen], axes, false, x.dtype, undefined, 'int64');
  const indices = position.numel() === 0 ? position : placesOf(position, w);
  return [pick(x, rank, indices), indices];
}

/** The same for windows of any sizes; `output` are the pool's sizes. Outside the graph. */
export function maxOfTable(x: Tensor, table: WindowTable, output: Shape): Pooled {
  const rank = output.length;
  const lead = x.shape.slice(0, x.ndim - rank);
  const planes = numelOf(lead);
  const count = numelOf(output);
  // A table for every plane, or one for all.
  const own = table.places.length === planes * count * table.length && planes !== 1;
  const places = indexVector(x, table.places).view([own ? planes : 1, count * table.length]);
  const wide = places.expand([planes, count * table.length]);
  const seen = x
    .reshape([planes, numelOf(x.shape.slice(x.ndim - rank))])
    .gather(1, wide)
    .view([planes, count, table.length]);
  const position = seen.argmax(2, { keepdim: true });
  const indices = wide
    .reshape([planes, count, table.length])
    .gather(2, position)
    .view([...lead, ...output]);
  return [seen.gather(2, position).view([...lead, ...output]), indices];
}

/** The elements at places of the flattened last `rank` dimensions. */
export function pick(x: Tensor, rank: number, indices: Tensor): Tensor {
  const lead = x.shape.slice(0, x.ndim - rank);
  const sizes = x.shape.slice(x.ndim - rank);
  const flat = x.reshape([...lead, numelOf(sizes)]);
  const at = indices.reshape([...lead, numelOf(indices.shape.slice(x.ndim - rank))]);
  return flat.gather(x.ndim - rank, at).view(indices.shape);
}

/** Zeros with values at places of the flattened last dimensions, `sizes`; those at the same place add up. */
export function spread(values: Tensor, indices: Tensor, sizes: Shape): Tensor {
  const rank = sizes.length;
  const lead = values.shape.slice(0, values.ndim - rank);
  const count = numelOf(values.shape.slice(values.ndim - rank));
  const flat = [...lead, count];
  return values
    .newZeros([...lead, numelOf(sizes)])
    .scatterAdd(lead.length, indices.reshape(flat), values.reshape(flat))
    .view([...lead, ...sizes]);
}

/** The record of a pool that picks one element of each window. */
export function pickingRecord(name: string): GradRecord<Shape> {
  return {
    name,
    saves: { out: [1] },
    backward: ([g], c) => [spread(g ?? c.grad(0), c.output(1), c.attrs)],
  };
}

/** A pool as one node. */
export function trackPooled(record: GradRecord<Shape>, pooled: Pooled, input: Tensor, rank: number): Pooled {
  const [values, indices] = noGrad(() => [pooled[0].detach(), pooled[1].detach()] as const);
  return trackAll(record, [values, indices] as const, [input], input.shape.slice(input.ndim - rank));
}
