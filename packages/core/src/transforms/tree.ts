import { Tensor } from '../tensor/index.ts';

/** Tensors in arrays and objects, however deep. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree } | unknown;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The values in arrays and plain objects, in order. */
export function leavesOf(tree: unknown): unknown[] {
  if (Array.isArray(tree)) return tree.flatMap(leavesOf);
  if (isRecord(tree)) return Object.values(tree).flatMap(leavesOf);
  return [tree];
}

/** The tree with each leaf replaced by the next of `leaves`. */
export function rebuilt(tree: unknown, leaves: readonly unknown[]): unknown {
  let next = 0;
  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk);
    if (isRecord(part))
      return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, walk(value)]));
    return leaves[next++];
  };
  return walk(tree);
}

/** The tree with `f` applied to its tensors. */
export function mapTensors(tree: unknown, f: (tensor: Tensor) => unknown): unknown {
  return rebuilt(
    tree,
    leavesOf(tree).map((leaf) => (leaf instanceof Tensor ? f(leaf) : leaf)),
  );
}

/** `values`, one for each leaf of `tree`; one value stands for all leaves below it. Undefined where the forms differ. */
export function broadcastLeaves(values: unknown, tree: unknown): unknown[] | undefined {
  if (!Array.isArray(values) && !isRecord(values)) return leavesOf(tree).map(() => values);
  if (Array.isArray(values)) {
    if (!Array.isArray(tree) || tree.length !== values.length) return undefined;
    return joined(values.map((value, i) => broadcastLeaves(value, tree[i])));
  }
  if (!isRecord(tree)) return undefined;
  const keys = Object.keys(tree);
  if (keys.length !== Object.keys(values).length || keys.some((key) => !(key in values))) return undefined;
  return joined(keys.map((key) => broadcastLeaves(values[key], tree[key])));
}

function joined(parts: readonly (unknown[] | undefined)[]): unknown[] | undefined {
  return parts.some((part) => part === undefined) ? undefined : (parts as unknown[][]).flat();
}
