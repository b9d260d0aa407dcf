import { fail } from '../errors/index.ts';
import { type Tensor, ViewMeta, type ViewOrigin } from '../tensor/index.ts';
import {
  checkViewOrigin,
  type Geometry,
  geometryOf,
  gradFnOf,
  gradientNode,
  metaOf,
  outputNrOf,
  regenerateView,
  requiresGradOf,
  setHistory,
} from './gradient-edge.ts';
import { isInferenceModeEnabled, isRecording } from './modes.ts';
import { Node } from './node.ts';
import type { GradRecord } from './record.ts';
import { followView, settle } from './tangents.ts';

/** Makes `out`, which shares `self`'s memory, a view of it: in-place changes of one are seen by the other's graph. */
export function markView(out: Tensor, self: Tensor, origin: ViewOrigin = 'default'): void {
  const base = self.autograd?.view?.base ?? self;
  const inherited = self.autograd?.view?.origin ?? 'default';
  const own = isRecording() ? origin : isInferenceModeEnabled() ? 'inference' : 'noGrad';
  const effective = own === 'default' && inherited !== 'default' ? inherited : own;
  metaOf(out).view = new ViewMeta(base, effective, out.counter.version);
  followView(out, self);
}

/**
 * Refuses in-place changes that autograd could not follow.
 * @throws `autograd/multi-view-inplace`, `autograd/no-grad-view-inplace`, `autograd/function-view-inplace`,
 * `autograd/leaf-inplace`, `autograd/inference-inplace`
 */
export function checkInplace(self: Tensor, willRecord: boolean): void {
  if (self.counter.version < 0 && !isInferenceModeEnabled()) fail('autograd/inference-inplace', {});
  const meta = self.autograd;
  if (meta === undefined || !isRecording()) return;
  const { view } = meta;
  if (view !== null && (requiresGradOf(self) || willRecord)) checkViewOrigin(meta, view, false);
  if (!requiresGradOf(self)) return;
  if (view !== null && gradFnOf(view.base) === null) {
    fail('autograd/leaf-inplace', { view: true });
  }
  if (view === null && meta.node === null) fail('autograd/leaf-inplace', { view: false });
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
    this.freed = true;
  }
}

/**
 * Makes `node` the history of `self`, whose memory it has just changed in place. The node's first input is `self` as it
 * was. On a view the change is written into the base's history, from which all views take theirs.
 */
export function rebaseHistory(self: Tensor, node: Node, outputNr = 0): void {
  if (!settle(node, [self])) return;
  const meta = metaOf(self);
  if (meta.view === null) {
    setHistory(self, meta, node, outputNr);
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
  slices.describe(0, base);
  setHistory(base, baseMeta, slices);
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
