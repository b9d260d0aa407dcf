import type { GradRecord } from '../autograd/index.ts';
import { fail } from '../errors/index.ts';
import { noGrad, type Operand, Tensor, track } from '../extend/index.ts';
import { broadcastShapes, isBroadcastable, numelOf, type Shape } from '../shape/index.ts';
import { inPlace } from './copy.ts';
import { fullTensor, tensor } from './creation.ts';
import type { NestedData } from './nested-data.ts';
import { nonzero } from './select.ts';

/** Python's `start:stop:step`. */
export class SliceIndex {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;

  constructor(start: number | undefined, stop: number | undefined, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/**
 * Python's slice, for {@link at} and {@link setAt}: `slice()` is `:`, `slice(2)` is `:2`, `slice(1, 3)` is `1:3`.
 * @throws `index/step`
 */
export function sliceIndex(...bounds: readonly (number | null | undefined)[]): SliceIndex {
  const [a, b, step] = bounds.length === 1 ? [undefined, bounds[0], undefined] : bounds;
  const stride = step ?? 1;
  if (stride <= 0) fail('index/step', { step: stride });
  return new SliceIndex(a ?? undefined, b ?? undefined, stride);
}

/**
 * One index: an integer, a {@link sliceIndex}, `null` for a new dimension, `'...'`, a boolean, an int64 tensor of indices or
 * a bool mask, or a list of integers.
 */
export type Index = number | bigint | boolean | null | '...' | SliceIndex | Tensor | readonly NestedData[];

interface Prepared {
  /** What basic indexing leaves, as a view. */
  readonly view: Tensor;
  /** For each of its dimensions the tensor that indexes it, if any. */
  readonly tensors: readonly (Tensor | undefined)[];
}

/** Applies integers, slices, new dimensions and the ellipsis, and lines up tensor indices with dimensions. */
function prepare(self: Tensor, indices: readonly Index[]): Prepared {
  const consumed = indices.reduce<number>((n, index) => n + dimsConsumed(index), 0);
  if (consumed > self.ndim) {
    if (self.ndim === 0 && indices.length === 1 && typeof indices[0] === 'number') fail('index/0d', {});
    fail('index/too-many', { rank: self.ndim });
  }
  const tensors: (Tensor | undefined)[] = [];
  let view = self;
  let dim = 0;
  for (const index of indices) {
    if (index === '...') dim += self.ndim - consumed;
    else if (index === null) view = view.unsqueeze(dim++);
    else if (index instanceof SliceIndex) {
      const whole = index.start === undefined && index.stop === undefined && index.step === 1;
      if (!whole) view = view.slice(dim, index.start, index.stop, index.step);
      dim++;
    } else if (typeof index === 'number' || typeof index === 'bigint') {
      view = selectAt(self, view, dim, Number(index));
    } else if (typeof index === 'boolean') {
      view = view.unsqueeze(dim);
      tensors[dim++] = noGrad(() => tensor(index ? [0n] : [], { dtype: 'int64', device: self.backend }));
    } else {
      const given =
        index instanceof Tensor
          ? index
          : tensor(index as NestedData, { device: self.backend, ...listDtype(index) });
      if (given.ndim === 0 && given.dtype === 'int64') {
        view = selectAt(self, view, dim, Number(given.item()));
      } else {
        for (const part of indexTensors(given, view, dim)) tensors[dim++] = part;
      }
    }
  }
  return { view, tensors: Array.from({ length: view.ndim }, (_, d) => tensors[d]) };
}

function listDtype(list: unknown): { dtype?: 'int64' } {
  let first: unknown = list;
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'boolean' ? {} : { dtype: 'int64' };
}

function dimsConsumed(index: Index): number {
  if (index === null || index === '...' || typeof index === 'boolean') return 0;
  if (index instanceof Tensor && (index.dtype === 'bool' || index.dtype === 'uint8')) return index.ndim;
  if (
    typeof index === 'object' ||
    (typeof index === 'number' && Number.isInteger(index)) ||
    typeof index === 'bigint'
  ) {
    return 1;
  }
  return fail('index/kind', { got: typeof index === 'number' ? 'float' : typeof index });
}

function selectAt(self: Tensor, view: Tensor, dim: number, index: number): Tensor {
  if (self.ndim === 0) fail('index/0d', {});
  const size = view.shape[dim]!;
  if (index < -size || index >= size) fail('index/range', { index, dim, size });
  return view.select(dim, index);
}

/** A mask as one vector of positions for each of its dimensions; int64 indices as they are. */
function indexTensors(index: Tensor, view: Tensor, dim: number): Tensor[] {
  if (index.dtype === 'int64') return [index];
  if (index.dtype === 'int32' && index.numel() === 0) return [index.to('int64')];
  if (index.dtype !== 'bool' && index.dtype !== 'uint8') {
    if (index.numel() === 0) return [index.to('int64')];
    fail('index/dtype', { dtype: index.dtype });
  }
  index.shape.forEach((size, d) => {
    if (view.shape[dim + d] !== size) {
      fail('index/mask', { mask: index.shape, at: d, shape: view.shape });
    }
  });
  const rows = nonzero(index);
  if (index.ndim === 0) {
    return [noGrad(() => rows.newZeros([rows.shape[0]!], { dtype: 'int64' }))];
  }
  return Array.from({ length: index.ndim }, (_, d) => rows.select(1, d));
}

/** Where the result of advanced indexing comes from: one linear index over the indexed dimensions. */
interface Advanced {
  /** Dimensions of the view that tensors index. */
  readonly axes: readonly number[];
  /** The broadcast shape of the index tensors. */
  readonly shape: Shape;
  /** For each position the offset along the indexed dimensions put together in row-major order. */
  readonly linear: Tensor;
  /** Where the index dimensions stand in the result. */
  readonly at: number;
  /** Sizes of the indexed dimensions. */
  readonly sizes: Shape;
}

function advanced(view: Tensor, tensors: readonly (Tensor | undefined)[]): Advanced {
  const axes = tensors.flatMap((index, d) => (index === undefined ? [] : [d]));
  const given = axes.map((d) => tensors[d]!);
  const shapes = given.map((index) => index.shape);
  let shape: Shape = [];
  for (const own of shapes) {
    if (!canBroadcast(shape, own)) fail('index/broadcast', { shapes });
    shape = broadcastShapes(shape, own);
  }
  const sizes = axes.map((d) => view.shape[d]!);
  const adjacent = axes.every((d, i) => i === 0 || d === axes[i - 1]! + 1);
  const linear = noGrad(() => {
    let total: Tensor | undefined;
    axes.forEach((dim, i) => {
      const index = given[i]!.detach();
      const own = checkedIndex(index, dim, sizes[i]!);
      total = total === undefined ? own : total.mul(sizes[i]!).add(own);
    });
    return total!.expand(shape);
  });
  return { axes, shape, linear, at: adjacent ? axes[0]! : 0, sizes };
}

function canBroadcast(a: Shape, b: Shape): boolean {
  const rank = Math.max(a.length, b.length);
  for (let d = 1; d <= rank; d++) {
    const x = a[a.length - d] ?? 1;
    const y = b[b.length - d] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}

/** Indices with negative ones made positive. @throws `index/range` where reads are synchronous */
function checkedIndex(index: Tensor, dim: number, size: number): Tensor {
  if (index.numel() > 0 && index.backend.manifest.syncRead) {
    const low = Number(index.amin().item());
    const high = Number(index.amax().item());
    if (high >= size) fail('index/range', { index: high, dim, size });
    if (low < -size) fail('index/range', { index: low, dim, size });
    if (low >= 0) return index;
  }
  return index.remainder(Math.max(size, 1));
}

/** The view with its indexed dimensions first, put together into one. */
function indexedFirst(view: Tensor, { axes, sizes }: Advanced): Tensor {
  const rest = view.shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const moved = view.permute([...axes, ...rest]);
  return moved.reshape([numelOf(sizes), ...rest.map((d) => view.shape[d]!)]);
}

interface IndexAttrs {
  readonly advanced: Advanced;
  readonly shape: Shape;
}

const indexRecord: GradRecord<IndexAttrs> = {
  name: 'IndexBackward0',
  saves: { in: [1] },
  backward: ([g], c) => [indexBackward(g!, c.attrs, c.input(1))],
};

/** Adds the gradient of every indexed element back to where it came from. */
function indexBackward(g: Tensor, { advanced: plan, shape }: IndexAttrs, linear: Tensor): Tensor {
  const { axes, at, sizes } = plan;
  const rest = shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const restShape = rest.map((d) => shape[d]!);
  const indexDims = Array.from({ length: plan.shape.length }, (_, i) => at + i);
  const first = g.permute([...indexDims, ...g.shape.map((_, d) => d).filter((d) => !indexDims.includes(d))]);
  const rows = first.reshape([linear.numel(), ...restShape]);
  const whole = g.newZeros([numelOf(sizes), ...restShape]).indexAdd(0, linear.reshape(-1), rows);
  const order = [...axes, ...rest];
  const inverse = order.map((_, d) => order.indexOf(d));
  return whole.reshape([...sizes, ...restShape]).permute(inverse);
}

function gatherAdvanced(view: Tensor, tensors: readonly (Tensor | undefined)[]): Tensor {
  const plan = advanced(view, tensors);
  const out = noGrad(() => {
    const rows = indexedFirst(view.detach(), plan).indexSelect(0, plan.linear.reshape(-1));
    const restShape = rows.shape.slice(1);
    const shaped = rows.view([...plan.shape, ...restShape]);
    if (plan.at === 0) return shaped.detach();
    const indexDims = plan.shape.map((_, i) => i);
    const before = Array.from({ length: plan.at }, (_, i) => plan.shape.length + i);
    const after = Array.from(
      { length: restShape.length - plan.at },
      (_, i) => plan.shape.length + plan.at + i,
    );
    return shaped
      .permute([...before, ...indexDims, ...after])
      .contiguous()
      .detach();
  });
  return track(indexRecord, out, [view, plan.linear], { advanced: plan, shape: view.shape });
}

/**
 * PyTorch's `self[…]`: integers, slices, `null`, `'...'`, index tensors and masks. The result is a view unless a tensor or a
 * list is among the indices.
 * @throws `index/range`, `index/too-many`, `index/mask`, `index/broadcast`, `index/dtype`, `index/kind`
 */
export function at(self: Tensor, ...indices: Index[]): Tensor {
  const { view, tensors } = prepare(self, indices);
  if (tensors.every((index) => index === undefined)) return view === self ? self.alias() : view;
  return gatherAdvanced(view, tensors);
}

/** `self` indexed by one tensor (or undefined) for each leading dimension: `torch.Tensor.index`. */
export function index(self: Tensor, indices: readonly (Tensor | null)[]): Tensor {
  return at(self, ...indices.map((x) => x ?? sliceIndex()));
}

/**
 * PyTorch's `self[…] = value`. The value is broadcast and converted; autograd sees an in-place change.
 * @throws what {@link at} throws, `index/value-shape`
 */
export function setAt(self: Tensor, indices: readonly Index[], value: Operand): Tensor {
  const { view, tensors } = prepare(self, indices);
  if (tensors.every((x) => x === undefined)) {
    const target = view === self ? self : view;
    if (value instanceof Tensor) target.copy_(trimLeading(value, target.shape));
    else target.fill_(value);
    return self;
  }
  indexPutInto(view, tensors, value, false);
  return self;
}

/** PyTorch drops leading dimensions of size 1 from an assigned value. */
function trimLeading(value: Tensor, shape: Shape): Tensor {
  let out = value;
  while (out.ndim > shape.length && out.shape[0] === 1) out = out.squeeze(0);
  return out;
}

interface IndexPutAttrs extends IndexAttrs {
  readonly accumulate: boolean;
  readonly valueShape: Shape;
}

const indexPutRecord: GradRecord<IndexPutAttrs> = {
  name: 'IndexPutBackward0',
  saves: { in: [2] },
  backward: ([g], c) => {
    const { attrs } = c;
    const linear = c.input(2);
    const self = !c.needs(0) ? null : attrs.accumulate ? g! : putRows(g!, attrs, linear, undefined, false);
    return [self, c.needs(1) ? pickRows(g!, attrs, linear) : null];
  },
};

function pickRows(g: Tensor, { advanced: plan }: IndexPutAttrs, linear: Tensor): Tensor {
  const rows = indexedFirst(g, plan).indexSelect(0, linear.reshape(-1));
  const rest = rows.shape.slice(1);
  return restoreOrder(rows.view([...plan.shape, ...rest]), plan, rest.length);
}

/** Index dimensions moved from the front to where they stand in an indexing result. */
function restoreOrder(x: Tensor, plan: Advanced, restRank: number): Tensor {
  const n = plan.shape.length;
  const before = Array.from({ length: plan.at }, (_, i) => n + i);
  const after = Array.from({ length: restRank - plan.at }, (_, i) => n + plan.at + i);
  return x.permute([...before, ...plan.shape.map((_, i) => i), ...after]);
}

/** A copy of `whole` with rows replaced by `values` (zeros when undefined) or added to. */
function putRows(
  whole: Tensor,
  attrs: IndexPutAttrs,
  linear: Tensor,
  values: Tensor | undefined,
  accumulate: boolean,
): Tensor {
  const { advanced: plan, shape } = attrs;
  const rest = shape.map((_, d) => d).filter((d) => !plan.axes.includes(d));
  const restShape = rest.map((d) => shape[d]!);
  const flat = indexedFirst(whole, plan);
  const rows = [linear.numel(), ...restShape];
  const source = values ?? flat.newZeros([]).expand(rows);
  const index = linear.reshape(-1);
  const put = accumulate ? flat.indexAdd(0, index, source) : flat.indexCopy(0, index, source.reshape(rows));
  const order = [...plan.axes, ...rest];
  return put.reshape([...plan.sizes, ...restShape]).permute(order.map((_, d) => order.indexOf(d)));
}

function indexPutInto(
  view: Tensor,
  tensors: readonly (Tensor | undefined)[],
  value: Operand,
  accumulate: boolean,
): void {
  inPlace(view, (shadow) => putAdvanced(shadow, tensors, value, accumulate));
}

function putAdvanced(
  self: Tensor,
  tensors: readonly (Tensor | undefined)[],
  value: Operand,
  accumulate: boolean,
): Tensor {
  const plan = advanced(self, tensors);
  const rest = self.shape.map((_, d) => d).filter((d) => !plan.axes.includes(d));
  const restShape = rest.map((d) => self.shape[d]!);
  const resultShape = [...restShape.slice(0, plan.at), ...plan.shape, ...restShape.slice(plan.at)];
  const given = value instanceof Tensor ? value : fullTensor(self.backend, self.dtype, [], value);
  const fitted = trimLeading(given, resultShape);
  if (!isBroadcastable(fitted.shape, resultShape)) {
    fail('index/value-shape', { value: given.shape, result: resultShape });
  }
  if (given.dtype !== self.dtype && given.ndim > 0) {
    fail('op/argument', {
      text: `Index put requires the source and destination dtypes match, got ${title(self)} for the destination and ${title(given)} for the source.`,
    });
  }
  const attrs: IndexPutAttrs = { advanced: plan, shape: self.shape, accumulate, valueShape: given.shape };
  const out = noGrad(() => {
    const wide = fitted.detach().to(self.dtype).expand(resultShape);
    const indexDims = plan.shape.map((_, i) => plan.at + i);
    const others = resultShape.map((_, d) => d).filter((d) => !indexDims.includes(d));
    const rows = wide.permute([...indexDims, ...others]).reshape([plan.linear.numel(), ...restShape]);
    const put = putRows(self.detach(), attrs, plan.linear, rows, accumulate);
    return put.contiguous().detach();
  });
  return track(indexPutRecord, out, [self, value instanceof Tensor ? value : given, plan.linear], attrs);
}

function title(x: Tensor): string {
  return x.dtype === 'float32'
    ? 'Float'
    : x.dtype === 'float64'
      ? 'Double'
      : x.dtype === 'int64'
        ? 'Long'
        : x.dtype;
}

/** Keyword arguments of {@link indexPut}. */
export interface IndexPutOptions {
  /** Adds instead of replacing, so that repeated indices count several times. */
  readonly accumulate?: boolean;
}

interface IndexPut {
  (self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, options?: IndexPutOptions): Tensor;
  readonly inPlace: IndexPut;
}

function indexPutFn(
  self: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor,
  options: IndexPutOptions = {},
): Tensor {
  const { tensors } = prepare(
    self,
    indices.map((x) => x ?? sliceIndex()),
  );
  return putAdvanced(self, tensors, values, options.accumulate ?? false);
}

/** A copy of `self` with `values` at the places that the index tensors, one per leading dimension, name together. */
export const indexPut: IndexPut = Object.assign(indexPutFn, {
  inPlace: ((self, indices, values, options) =>
    inPlace(self, (shadow) => indexPutFn(shadow, indices, values, options))) as IndexPut,
}) as IndexPut;
