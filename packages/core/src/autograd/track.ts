import { isFloatingPoint } from '../dtype/index.ts';
import { Tensor } from '../tensor/index.ts';
import { isAnomalyEnabled, traceNode } from './anomaly.ts';
import { followedLevel } from './dual-level.ts';
import { gradientNode, metaOf, outputNrOf, requiresGradOf } from './gradient-edge.ts';
import { isRecording } from './modes.ts';
import { Node } from './node.ts';
import type { GradRecord, Operand } from './record.ts';
import { hasTangent, noteTangents, settle } from './tangents.ts';

/** True when an operation on these inputs is recorded, or followed by tangents. */
export function isTracked(inputs: readonly (Operand | null | undefined)[]): boolean {
  if (followedLevel() !== null && hasTangent(inputs)) return true;
  if (!isRecording()) return false;
  for (const input of inputs) if (input instanceof Tensor && requiresGradOf(input)) return true;
  return false;
}

/** The node of an operation, connected to its inputs; outputs are attached and values saved by the caller. */
export function connect<A>(
  record: GradRecord<A>,
  inputs: readonly (Operand | null | undefined)[],
  attrs: A,
): Node<A> {
  const node = new Node(record, attrs);
  link(node, inputs);
  return node;
}

/** Gives a node its edges: to what made the inputs that want gradients. */
export function link(node: Node, inputs: readonly (Operand | null | undefined)[]): void {
  if (isAnomalyEnabled()) traceNode(node);
  const nextNodes = new Array<Node | null>(inputs.length);
  const nextNrs = new Array<number>(inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    const next = input instanceof Tensor ? gradientNode(input) : null;
    nextNodes[i] = next;
    nextNrs[i] = next === null ? 0 : outputNrOf(input as Tensor);
    if (next === null && input instanceof Tensor && !isFloatingPoint(input.dtype)) {
      node.slotless ??= [];
      node.slotless.push(i);
    }
  }
  node.nextNodes = nextNodes;
  node.nextNrs = nextNrs;
  noteTangents(node, inputs);
}

/** Makes `out` output number `outputNr` of `node`. */
export function attach(node: Node, out: Tensor, outputNr: number): void {
  node.describe(outputNr, out);
  const meta = metaOf(out);
  meta.node = node;
  meta.outputNr = outputNr;
}

/**
 * Records that `out` was computed from `inputs`, if any of them requires gradients and recording is on. Returns `out`.
 * Scalars keep their place among the inputs; outputs of integer or bool dtype never require gradients.
 */
export function track<A>(
  record: GradRecord<A>,
  out: Tensor,
  inputs: readonly (Operand | null | undefined)[],
  attrs: A,
): Tensor {
  if (!isTracked(inputs) || !isFloatingPoint(out.dtype)) return out;
  const node = connect(record, inputs, attrs);
  attach(node, out, 0);
  node.saveInputs(inputs);
  node.saveOutputs([out]);
  settle(node, [out]);
  return out;
}

/** As {@link track}, for operations with several outputs. Those of integer or bool dtype stay outside the graph. */
export function trackAll<A, T extends readonly Tensor[]>(
  record: GradRecord<A>,
  outs: T,
  inputs: readonly (Operand | null | undefined)[],
  attrs: A,
): T {
  if (!isTracked(inputs)) return outs;
  const node = connect(record, inputs, attrs);
  outs.forEach((out, i) => {
    if (isFloatingPoint(out.dtype)) attach(node, out, i);
    else node.describe(i, out);
  });
  node.saveInputs(inputs);
  node.saveOutputs(outs);
  settle(node, outs);
  return outs;
}
