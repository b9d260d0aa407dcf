import { fail } from '../errors/index.ts';
import type { DualMeta, Tensor } from '../tensor/index.ts';
import { isRecording } from './modes.ts';
import type { Node } from './node.ts';

/** One stretch of a program inside which tangents exist; they end with it. */
export interface DualLevel {
  readonly open: true;
}

/** The level that the program is in. */
let entered: DualLevel | null = null;
/** The same, but null while tangents themselves are being computed. */
let followed: DualLevel | null = null;

/** The level in which operations carry tangents along, or null. */
export function followedLevel(): DualLevel | null {
  return followed;
}

/** Whether what is computed now can be differentiated later: recorded for backward, or followed by tangents. */
export function keepsHistory(): boolean {
  return isRecording() || followed !== null;
}

/**
 * Begins a level; there can be one at a time.
 * @throws `autograd/dual-nested`
 */
export function enterDualLevel(): void {
  if (entered !== null) fail('autograd/dual-nested', {});
  entered = { open: true };
  followed = entered;
}

/** Ends the level: no tensor has a tangent any more. @throws `autograd/dual-exit` */
export function exitDualLevel(): void {
  if (entered === null) fail('autograd/dual-exit', {});
  entered = null;
  followed = null;
}

/** Runs `fn` on primal values only. */
export function withoutTangents<R>(fn: () => R): R {
  const previous = followed;
  followed = null;
  try {
    return fn();
  } finally {
    followed = previous;
  }
}

/** The tangents of a node's inputs, and of its outputs once these are known. */
export interface NodeTangents {
  readonly inputs: readonly (Tensor | null)[];
  outputs: readonly (Tensor | null)[] | undefined;
}

/** Kept beside the nodes, since hardly any has them. */
export const nodeTangents: WeakMap<Node, NodeTangents> = new WeakMap();

/** What a saved output of a node is given when it is looked at in a level. */
export function dualOfOutput(node: Node, index: number): DualMeta | null {
  const tangent = followed === null ? undefined : nodeTangents.get(node)?.outputs?.[index];
  return tangent == null ? null : { level: followed!, tangent, base: null };
}
