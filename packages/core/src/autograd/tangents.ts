import { isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { overlapsItself, sameShape } from '../shape/index.ts';
import { Tensor } from '../tensor/index.ts';
import { accumulatorOf } from './accumulate.ts';
import { grad } from './backward.ts';
import { followedLevel, nodeTangents, withoutTangents } from './dual-level.ts';
import { metaOf } from './gradient-edge.ts';
import { isInferenceModeEnabled, isRecording, withGradMode } from './modes.ts';
import { Node } from './node.ts';
import type { Operand } from './record.ts';

/**
 * The tensor's tangent at the present level, or null. A view has none of its own: it shows its place in the tangent of
 * the tensor whose memory it shows, so that in-place changes of one are seen by the other.
 */
export function tangentOf(tensor: Tensor): Tensor | null {
  const level = followedLevel();
  const meta = tensor.autograd;
  if (level === null || meta === undefined || isInferenceModeEnabled()) return null;
  const own = meta.dual !== null && meta.dual.level === level ? meta.dual : null;
  if (own !== null && own.tangent !== null) return own.tangent;
  const base = own === null ? (meta.view?.base ?? null) : own.base;
  const whole = base === null ? null : tangentOf(base);
  if (whole === null) return null;
  return withoutTangents(() => placeIn(laidOutAs(base!, whole), base!, tensor));
}

/** Gives a tensor a tangent of its own, or takes it. */
function setOwnTangent(tensor: Tensor, tangent: Tensor | null): void {
  const level = followedLevel();
  if (level === null || (tangent === null && tensor.autograd === undefined)) return;
  metaOf(tensor).dual = { level, tangent, base: null };
}

/**
 * Makes `tangent` that of a new tensor. @throws `autograd/dual-size`
 */
export function giveTangent(tensor: Tensor, tangent: Tensor | null): void {
  checkSize(tensor, tangent);
  setOwnTangent(tensor, tangent);
}

/** @throws `autograd/dual-size` */
function checkSize(tensor: Tensor, tangent: Tensor | null): void {
  if (tangent === null || sameShape(tensor.shape, tangent.shape)) return;
  fail('autograd/dual-size', { primal: tensor.shape, tangent: tangent.shape });
}

/** Makes `tangent` that of a tensor whose memory changed; that of a view is written into its base's. */
export function replaceTangent(tensor: Tensor, tangent: Tensor | null): void {
  const level = followedLevel();
  if (level === null) return;
  checkSize(tensor, tangent);
  const meta = tensor.autograd;
  const own = meta?.dual?.level === level ? meta.dual : null;
  const base = own === null ? (meta?.view?.base ?? null) : own.base;
  if (base === null || overlapsItself(base.shape, base.strides)) {
    setOwnTangent(tensor, tangent);
    return;
  }
  const whole = tangentOf(base);
  if (whole === null && tangent === null) return;
  const changed = withoutTangents(() => {
    const copy = tensor.newEmptyStrided(base.shape, base.strides, { dtype: base.dtype });
    if (whole === null) copy.zero_();
    else copy.copy_(whole);
    const place = placeIn(copy, base, tensor);
    if (tangent === null) place.zero_();
    else place.copy_(tangent);
    return copy;
  });
  replaceTangent(base, changed);
}

/** Lets a new view follow the tangent of `self`. What the operation that made it gave it is not needed then. */
export function followView(out: Tensor, self: Tensor): void {
  const level = followedLevel();
  if (level === null) return;
  const own = self.autograd?.dual?.level === level ? self.autograd.dual : null;
  const base = own === null ? (self.autograd?.view?.base ?? self) : (own.base ?? self);
  if (!overlapsItself(base.shape, base.strides)) metaOf(out).dual = { level, tangent: null, base };
}

/** The same values with the memory layout of `base`, so that places in one are places in the other. */
function laidOutAs(base: Tensor, tangent: Tensor): Tensor {
  if (tangent.strides.every((stride, d) => stride === base.strides[d])) return tangent;
  const copy = tangent.newEmptyStrided(base.shape, base.strides).copy_(tangent);
  replaceTangentLayout(base, copy);
  return copy;
}

function replaceTangentLayout(base: Tensor, copy: Tensor): void {
  const { dual } = metaOf(base);
  if (dual !== null && dual.tangent !== null) dual.tangent = copy;
}

function placeIn(tangent: Tensor, base: Tensor, { shape, strides, offset }: Tensor): Tensor {
  return tangent.asStrided(shape, strides, tangent.offset + offset - base.offset);
}

/** Stands where an input has a tangent and wants no gradient, so that the node keeps what its formula reads. */
const tangentEdge = new Node({ name: 'Tangent', grads: [] }, undefined, -1);

/** True when an input has a tangent. */
export function hasTangent(inputs: readonly (Operand | null | undefined)[]): boolean {
  return inputs.some((x) => x instanceof Tensor && tangentOf(x) !== null);
}

/** Notes the tangents of a node's inputs, as they are before the operation. */
export function noteTangents(node: Node, inputs: readonly (Operand | null | undefined)[]): void {
  if (followedLevel() === null) return;
  const tangents = inputs.map((x) => (x instanceof Tensor ? tangentOf(x) : null));
  if (!tangents.some((t) => t !== null)) return;
  nodeTangents.set(node, { inputs: tangents, outputs: undefined });
  tangents.forEach((tangent, i) => {
    if (!isRecording()) node.nextNodes[i] = null;
    if (tangent !== null) node.nextNodes[i] ??= tangentEdge;
  });
}

/**
 * Gives the outputs of a node their tangents, by `push` where that is given. A formula is linear in its gradient, so the way forward is its transpose:
 * with a variable u for the gradient of the output, d/du Σ ⟨formulaᵢ(u), tangentᵢ⟩. False when the node is of no use
 * for backward; it is then taken off the outputs.
 */
export function settle(node: Node, outs: readonly (Tensor | undefined)[], push?: Push): boolean {
  if (followedLevel() === null) return true;
  const state = nodeTangents.get(node);
  if (state === undefined || (node.record.custom === true && push === undefined)) return true;
  state.outputs ??= withoutTangents(() => (push ?? pushForward)(node, outs, state.inputs));
  for (const [i, out] of outs.entries()) {
    if (out !== undefined) replaceTangent(out, state.outputs[i] ?? null);
  }
  node.nextNodes = node.nextNodes.map((next) => (next === tangentEdge ? null : next));
  if (node.nextNodes.some((next) => next !== null)) return true;
  for (const out of outs) if (out?.autograd?.node === node) out.autograd.node = null;
  return false;
}

/** How the tangents of a node's outputs come from those of its inputs. */
export type Push = (
  node: Node,
  outs: readonly (Tensor | undefined)[],
  tangents: readonly (Tensor | null)[],
) => readonly (Tensor | null)[];

const pushForward: Push = (node, outs, tangents) => {
  const edges = node.nextNodes;
  const createGraph =
    isRecording() &&
    (edges.some((next) => next !== null && next !== tangentEdge) ||
      tangents.some((tangent) => tangent?.requiresGrad === true));
  const cotangents = outs.map((out) =>
    out !== undefined && isFloatingPoint(out.dtype) ? variableLike(out) : undefined,
  );
  const results = withGradMode(true, () => {
    node.nextNodes = edges.map((next, i) => (tangents[i] == null ? null : next));
    try {
      return node.run(cotangents);
    } finally {
      node.nextNodes = edges;
    }
  });
  const roots: Tensor[] = [];
  const gradOutputs: Tensor[] = [];
  results.forEach((result, i) => {
    const tangent = tangents[i];
    if (result == null || tangent == null || !result.requiresGrad) return;
    roots.push(result);
    gradOutputs.push(sameShape(tangent.shape, result.shape) ? tangent : tangent.expand(result.shape));
  });
  const variables = cotangents.filter((u) => u !== undefined);
  const found =
    roots.length === 0
      ? []
      : withGradMode(createGraph, () =>
          grad(roots, variables, { gradOutputs, createGraph, allowUnused: true }),
        );
  let next = 0;
  // What does not depend on the inputs is a constant, as in PyTorch with a tangent of zeros.
  return cotangents.map((u) => (u === undefined ? null : (found[next++] ?? u.detach().zerosLike())));
};

/** Ones for a gradient of `out`. Examples of a `vmap` stay apart in the gradient of the variable itself. */
function variableLike(out: Tensor): Tensor {
  const variable = out.detach().newOnes(out.shape, { dtype: out.dtype, requiresGrad: true });
  if (out.storage.hidden !== null) accumulatorOf(variable).describe(0, out);
  return variable;
}
