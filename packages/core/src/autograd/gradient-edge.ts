import { fail, invariant } from '../errors/index.ts';
import type { Shape, Strides } from '../shape/index.ts';
import { AutogradMeta, type Tensor, type ViewMeta } from '../tensor/index.ts';
import { accumulatorOf } from './accumulate.ts';
import { Node } from './node.ts';
import type { GradRecord } from './record.ts';

/** The autograd state of a tensor, made when it is first needed. */
export function metaOf(tensor: Tensor): AutogradMeta {
  tensor.autograd ??= new AutogradMeta();
  return tensor.autograd;
}

/** The node that made a tensor, or null for a leaf. Views of memory that changed in place get a new one here. */
export function gradFnOf(tensor: Tensor): Node | null {
  const meta = tensor.autograd;
  if (meta === undefined) return null;
  if (meta.view !== null && meta.view.version !== tensor.counter.version)
    regenerateView(tensor, meta, meta.view);
  return meta.node;
}

/** True when operations on the tensor are recorded. */
export function requiresGradOf(tensor: Tensor): boolean {
  const meta = tensor.autograd;
  if (meta === undefined) return false;
  if (meta.requiresGrad || meta.node !== null) return true;
  return meta.view !== null && requiresGradOf(meta.view.base);
}

/** The node that takes the tensor's gradient: the one that made it, or a leaf's accumulator; null if none wants it. */
export function gradientNode(tensor: Tensor): Node | null {
  const node = gradFnOf(tensor);
  if (node !== null) return node;
  // A view of a leaf that was made outside the graph requires gradients, but leads nowhere.
  return tensor.autograd?.requiresGrad === true ? accumulatorOf(tensor) : null;
}

/** Which of its node's outputs the tensor is; 0 for leaves. */
export function outputNrOf(tensor: Tensor): number {
  return tensor.autograd?.outputNr ?? 0;
}

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

/** Makes `tensor` output `outputNr` of `node`; the gradient that a tensor retains is from then on that node's. */
export function setHistory(tensor: Tensor, meta: AutogradMeta, node: Node, outputNr = 0): void {
  const before = meta.node;
  meta.node = node;
  meta.outputNr = outputNr;
  if (!meta.retainsGrad) return;
  if (before?.retained != null) before.retained = before.retained.filter((x) => x.tensor !== tensor);
  node.retained ??= [];
  node.retained.push({ outputNr, tensor });
}

/**
 * Refuses a change that the history of a view cannot follow: of the view itself, or (`indirect`) of its base.
 * @throws `autograd/multi-view-inplace`, `autograd/no-grad-view-inplace`, `autograd/function-view-inplace`,
 * `autograd/inference-view-inplace`
 */
export function checkViewOrigin(meta: AutogradMeta, view: ViewMeta, indirect: boolean): void {
  const output = meta.node === null ? '' : `Output ${meta.outputNr} of ${meta.node.name}`;
  if (view.origin === 'multiOutput') fail('autograd/multi-view-inplace', { output, indirect });
  if (view.origin === 'customFunction') fail('autograd/function-view-inplace', { output, indirect });
  if (view.origin === 'inference') fail('autograd/inference-view-inplace', { indirect });
  if (view.origin === 'noGrad') fail('autograd/no-grad-view-inplace', { output, indirect });
}

/** Gives a view of memory that changed in place a `gradFn` that leads to its base's present one. */
export function regenerateView(tensor: Tensor, meta: AutogradMeta, view: ViewMeta): void {
  const { base } = view;
  if (requiresGradOf(base)) checkViewOrigin(meta, view, true);
  view.version = tensor.counter.version;
  if (!requiresGradOf(base)) return;
  invariant(formulas !== undefined, 'view formulas are installed');
  const node = new Node(formulas.asStrided, { base: geometryOf(base), view: geometryOf(tensor) });
  node.nextNodes = [gradientNode(base)];
  node.nextNrs = [outputNrOf(base)];
  node.describe(0, tensor);
  setHistory(tensor, meta, node);
}
