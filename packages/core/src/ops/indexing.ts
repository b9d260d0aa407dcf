import type { GradRecord } from '../autograd/index.ts';
import { dtypeInfo, isInteger, isScalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { contiguousCopy, freshCopy, noGrad, type Operand, Tensor, track } from '../extend/index.ts';
import { broadcastStrides, elementwiseStrides, numelOf, type Shape, type Strides } from '../shape/index.ts';
import { awaiting } from './await-reads.ts';
import { indexPutInto, trimLeading } from './index-put.ts';
import {
  type Advanced,
  advanced,
  type Index,
  type IndexAttrs,
  indexedFirst,
  prepare,
  sliceIndex,
} from './internal/advanced.ts';

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

/** The index dimensions of a result, from the front to where they stand. */
function movedBack(shaped: Tensor, plan: Advanced): Tensor {
  const rank = plan.shape.length;
  const rest = shaped.shape.slice(rank).map((_, i) => rank + i);
  return shaped.permute([...rest.slice(0, plan.at), ...plan.shape.map((_, i) => i), ...rest.slice(plan.at)]);
}

/** PyTorch lays a result out as it does elementwise ones, of the view with steps of 0 where it is indexed, and of the indices. */
function stridesOf(
  view: Tensor,
  tensors: readonly (Tensor | undefined)[],
  { axes, at, shape }: Advanced,
  result: Shape,
): Strides {
  const rest = view.strides.filter((_, d) => !axes.includes(d));
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  const source = [...rest.slice(0, at), ...zeros(shape.length), ...rest.slice(at)];
  const indices = axes.map((d) => {
    const own = tensors[d]!;
    const wide = broadcastStrides(own.shape, own.strides, shape);
    return [...zeros(at), ...wide, ...zeros(rest.length - at)];
  });
  return elementwiseStrides(result, [source, ...indices]);
}

function gatherAdvanced(view: Tensor, tensors: readonly (Tensor | undefined)[]): Tensor {
  const plan = advanced(view, tensors);
  const out = noGrad(() => {
    const rows = indexedFirst(view.detach(), plan).indexSelect(0, plan.linear.reshape(-1));
    const restShape = rows.shape.slice(1);
    const shaped = rows.view([...plan.shape, ...restShape]);
    const moved = plan.at === 0 ? shaped : movedBack(shaped, plan);
    if (view.isContiguous()) return contiguousCopy(moved).detach();
    return freshCopy(moved, moved.dtype, stridesOf(view, tensors, plan, moved.shape));
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

/** As {@link at}, on every backend: masks are read. */
export const atAsync: (self: Tensor, ...indices: Index[]) => Promise<Tensor> = awaiting(at);

/** True when a single mask, and nothing else, says which elements are meant. */
function isOneMask(indices: readonly Index[]): boolean {
  if (indices.some((one) => typeof one === 'boolean' || Array.isArray(one))) return false;
  const tensors = indices.filter(
    (one): one is Tensor => one instanceof Tensor && !(one.ndim === 0 && isInteger(one.dtype)),
  );
  const masks = tensors.filter(({ dtype, ndim }) => ndim > 0 && (dtype === 'bool' || dtype === 'uint8'));
  return tensors.length === 1 && masks.length === 1;
}

/**
 * PyTorch's `self[…] = value`. The value is broadcast and converted; autograd sees an in-place change.
 * @throws what {@link at} throws, `index/value-shape`
 */
export function setAt(self: Tensor, indices: readonly Index[], value: Operand): Tensor {
  if (!(value instanceof Tensor) && !isScalar(value)) {
    fail('dtype/assign', { value, type: dtypeInfo[self.dtype].typeName });
  }
  if (indices.length === 1 && typeof indices[0] === 'boolean') {
    // PyTorch does not look at what it would write nowhere.
    if (indices[0]) setAt(self, [null], value);
    return self;
  }
  const { view, tensors } = prepare(self, indices);
  if (tensors.every((x) => x === undefined)) {
    const target = view === self ? self : view;
    if (value instanceof Tensor && value.ndim === 0 && target.ndim > 0) target.fill_(value);
    else if (value instanceof Tensor) target.copy_(trimLeading(value, target.shape).expand(target.shape));
    else target.fill_(value);
    return self;
  }
  indexPutInto(view, tensors, value, isOneMask(indices));
  return self;
}
