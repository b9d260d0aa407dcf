import type { GradRecord } from '../autograd/index.ts';
import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { freshCopy, noGrad, type Operand, Tensor, track } from '../extend/index.ts';
import { isBroadcastable, likeStrides, type Shape } from '../shape/index.ts';
import { fullTensor } from './creation.ts';
import {
  type Advanced,
  advanced,
  type IndexAttrs,
  indexedFirst,
  layoutOf,
  prepare,
  sliceIndex,
} from './internal/advanced.ts';
import { inPlace } from './internal/inplace.ts';

/** PyTorch drops leading dimensions of size 1 from an assigned value. */
export function trimLeading(value: Tensor, shape: Shape): Tensor {
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

/** Assigns by index tensors; `isMask`: by one mask alone, where PyTorch converts a single value. */
export function indexPutInto(
  view: Tensor,
  tensors: readonly (Tensor | undefined)[],
  value: Operand,
  isMask: boolean,
): void {
  inPlace(view, (shadow) => putAdvanced(shadow, tensors, value, false, isMask));
}

function putAdvanced(
  self: Tensor,
  tensors: readonly (Tensor | undefined)[],
  value: Operand,
  accumulate: boolean,
  isMask: boolean,
): Tensor {
  const layout = layoutOf(self, tensors);
  const rest = self.shape.map((_, d) => d).filter((d) => !layout.axes.includes(d));
  const restShape = rest.map((d) => self.shape[d]!);
  const resultShape = [...restShape.slice(0, layout.at), ...layout.shape, ...restShape.slice(layout.at)];
  const given = value instanceof Tensor ? value : fullTensor(self.backend, self.dtype, [], value);
  const fitted = trimLeading(given, resultShape);
  if (!isBroadcastable(fitted.shape, resultShape)) {
    fail('index/value-shape', { value: given.shape, result: resultShape });
  }
  if (given.dtype !== self.dtype && !(isMask && given.numel() === 1)) {
    fail('op/argument', {
      text: `Index put requires the source and destination dtypes match, got ${dtypeInfo[self.dtype].title} for the destination and ${dtypeInfo[given.dtype].title} for the source.`,
    });
  }
  const plan = advanced(self, tensors, layout);
  const attrs: IndexPutAttrs = { advanced: plan, shape: self.shape, accumulate, valueShape: given.shape };
  const out = noGrad(() => {
    const wide = fitted.detach().to(self.dtype).expand(resultShape);
    const indexDims = plan.shape.map((_, i) => plan.at + i);
    const others = resultShape.map((_, d) => d).filter((d) => !indexDims.includes(d));
    const rows = wide.permute([...indexDims, ...others]).reshape([plan.linear.numel(), ...restShape]);
    const put = putRows(self.detach(), attrs, plan.linear, rows, accumulate);
    return freshCopy(put, put.dtype, likeStrides(self.shape, self.strides));
  });
  return track(indexPutRecord, out, [self, value instanceof Tensor ? value : given, plan.linear], attrs);
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
  if (indices.length > self.ndim) fail('index/too-many', { rank: self.ndim, got: indices.length });
  const { tensors } = prepare(
    self,
    indices.map((x) => x ?? sliceIndex()),
  );
  const mask = indices.length === 1 && indices[0] != null && indices[0].dtype !== 'int64';
  return putAdvanced(self, tensors, values, options.accumulate ?? false, mask);
}

/** A copy of `self` with `values` at the places that the index tensors, one per leading dimension, name together. */
export const indexPut: IndexPut = Object.assign(indexPutFn, {
  inPlace: ((self, indices, values, options) =>
    inPlace(self, (shadow) => indexPutFn(shadow, indices, values, options))) as IndexPut,
}) as IndexPut;
