import { fail, invariant } from '../errors/index.ts';
import type { Shape, Strides } from '../shape/index.ts';
import { type AutogradMeta, type Tensor, ViewMeta, type ViewOrigin } from '../tensor/index.ts';
import { gradFnOf, gradientNode, metaOf, outputNrOf, requiresGradOf } from './gradient-edge.ts';
import { isGradEnabled } from './modes.ts';
import { Node } from './node.ts';
import type { GradRecord } from './record.ts';

/** A strided place in a storage. */
export interface Geometry {
  readonly shape: Shape;
  readonly strides: Strides;
  readonly offset: number;
}

/** The geometry of a tensor as it is now. */
export function geometryOf(tensor: Tensor): Geometry {
  return { shape: tensor.shape, strides: tensor.strides, offset: tensor.offset };
}

/** Makes `out`, which shares `self`'s memory, a view of it: in-place changes of one are seen by the other's graph. */
export function markView(out: Tensor, self: Tensor, origin: ViewOrigin = 'default'): void {
  const base = self.autograd?.view?.base ?? self;
  const inherited = self.autograd?.view?.origin ?? 'default';
  const own = isGradEnabled() ? origin : 'noGrad';
  const effective = own === 'default' && inherited !== 'default' ? inherited : own;
  metaOf(out).view = new ViewMeta(base, effective, out.counter.version);
}

interface AsStridedAttrs {
  readonly base: Geometry;
  readonly view: Geometry;
}

/** How a tensor seen through `asStrided` is differentiated; installed by the ops layer, which has the formula. */
export interface ViewFormulas {
  asStrided: GradRecord<AsStridedAttrs>;
}

let formulas: ViewFormulas | undefined;

/** The ops layer brings the gradient of `asStrided`. */
export function installViewFormulas(given: ViewFormulas): void {
  formulas = given;
}

/** Gives a view of memory that changed in place a `gradFn` that leads to its base's present one. */
export function regenerateView(tensor: Tensor, meta: AutogradMeta, view: ViewMeta): void {
  const { base } = view;
  view.version = tensor.counter.version;
  if (!requiresGradOf(base)) return;
  invariant(formulas !== undefined, 'view formulas are installed');
  const node = new Node(formulas.asStrided, { base: geometryOf(base), view: geometryOf(tensor) });
  node.nextNodes.push(gradientNode(base));
  node.nextNrs.push(outputNrOf(base));
  node.outputs.push({ shape: tensor.shape, dtype: tensor.dtype, backend: tensor.backend });
  meta.node = node;
  meta.outputNr = 0;
}

/**
 * Refuses in-place changes that autograd could not follow.
 * @throws `autograd/multi-view-inplace`, `autograd/no-grad-view-inplace`, `autograd/function-view-inplace`,
 * `autograd/leaf-inplace`
 */
export function checkInplace(self: Tensor, willRecord: boolean): void {
  const meta = self.autograd;
  if (meta === undefined || !isGradEnabled()) return;
  const { view } = meta;
  if (view !== null && (requiresGradOf(self) || willRecord)) checkViewOrigin(self, meta, view);
  if (!requiresGradOf(self)) return;
  if (view !== null && requiresGradOf(view.base) && gradFnOf(view.base) === null) {
    fail('autograd/leaf-inplace', { view: true });
  }
  if (view === null && meta.node === null) fail('autograd/leaf-inplace', { view: false });
}

function checkViewOrigin(self: Tensor, meta: AutogradMeta, view: ViewMeta): void {
  const node = gradFnOf(self);
  const output = `Output ${meta.outputNr} of ${node?.name ?? 'a function'}`;
  if (view.origin === 'multiOutput') fail('autograd/multi-view-inplace', { output });
  if (view.origin === 'customFunction') fail('autograd/function-view-inplace', { output });
  if (view.origin === 'noGrad') fail('autograd/no-grad-view-inplace', {});
}

interface CopySlicesAttrs {
  /** The in-place operation itself, as if its output were a tensor of its own. */
  readonly inner: Node;
  readonly base: Geometry;
  readonly view: Geometry;
}

const copySlices: GradRecord<CopySlicesAttrs> = {
  name: 'CopySlices',
  backward: ([grad], { attrs }) => {
    const { inner, base, view } = attrs;
    const whole = grad!.newEmptyStrided(base.shape, base.strides).copy_(grad!);
    const slice = whole.asStrided(view.shape, view.strides, view.offset - base.offset);
    const results = inner.run([slice.clone()]);
    const [own] = results;
    if (inner.nextNodes[0] != null || own != null) slice.copy_(own ?? slice.zerosLike());
    else slice.zero_();
    return [whole, ...results.slice(1)];
  },
};

class CopySlicesNode extends Node<CopySlicesAttrs> {
  override release(): void {
    this.attrs.inner.release();
  }
}

/**
 * Makes `node` the history of `self`, whose memory it has just changed in place. The node's first input is `self` as it
 * was. On a view the change is written into the base's history, from which all views take theirs.
 */
export function rebaseHistory(self: Tensor, node: Node): void {
  const meta = metaOf(self);
  if (meta.view === null) {
    meta.node = node;
    meta.outputNr = 0;
    return;
  }
  const { base } = meta.view;
  const baseMeta = metaOf(base);
  const slices = new CopySlicesNode(copySlices, {
    inner: node,
    base: geometryOf(base),
    view: geometryOf(self),
  });
  slices.nextNodes = [...node.nextNodes];
  slices.nextNrs = [...node.nextNrs];
  slices.nextNodes[0] = gradientNode(base);
  slices.nextNrs[0] = outputNrOf(base);
  slices.outputs.push({ shape: base.shape, dtype: base.dtype, backend: base.backend });
  baseMeta.node = slices;
  baseMeta.outputNr = 0;
  regenerateView(self, meta, meta.view);
}

/** Drops a tensor's history in place: what `detach_()` does. @throws `autograd/detach-view` */
export function detachInPlace(self: Tensor): void {
  const meta = self.autograd;
  if (meta === undefined) return;
  if (meta.view !== null) fail('autograd/detach-view', {});
  meta.node = null;
  meta.outputNr = 0;
  meta.requiresGrad = false;
}
