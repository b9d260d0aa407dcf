import { type Storage, Tensor } from '../tensor/index.ts';
import { Node } from './node.ts';

/** How deep arrays and objects are searched that a node keeps. */
const ATTRS_DEPTH = 3;

/**
 * The memory that a value needs: that of every tensor in it, however deep in arrays, objects, maps and sets, and what the
 * history of these tensors keeps for backward.
 */
export function storagesIn(value: unknown): Set<Storage> {
  const storages = new Set<Storage>();
  const seen = new Set<object>();
  const waiting: { readonly value: unknown; readonly depth: number }[] = [];
  const visit = (next: unknown, depth = Number.POSITIVE_INFINITY): void => {
    if (typeof next !== 'object' || next === null || depth < 0 || seen.has(next)) return;
    seen.add(next);
    waiting.push({ value: next, depth });
  };
  visit(value);
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const { value: current, depth } = item;
    if (current instanceof Tensor) visitTensor(current, storages, visit);
    else if (current instanceof Node) visitNode(current, visit);
    else if (isPlain(current)) for (const part of partsOf(current)) visit(part, depth - 1);
  }
  return storages;
}

type Visit = (next: unknown, depth?: number) => void;

function visitTensor(tensor: Tensor, storages: Set<Storage>, visit: Visit): void {
  storages.add(tensor.storage.root);
  const meta = tensor.autograd;
  if (meta === undefined) return;
  visit(meta.node);
  visit(meta.grad);
  visit(meta.view?.base);
  visit(meta.dual?.tangent);
}

function visitNode(node: Node, visit: Visit): void {
  for (const next of node.nextNodes) visit(next);
  for (const saved of node.savedTensors) visit(saved);
  visit(node.attrs, ATTRS_DEPTH);
}

/** True for what programs put values into; class instances other than collections are left alone. */
function isPlain(value: unknown): value is object {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) return value;
  return value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value);
}
