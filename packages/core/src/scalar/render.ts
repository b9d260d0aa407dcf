import type { DType } from '../dtype/index.ts';
import type { Expr, Literal } from './expr.ts';
import type { ScalarOp } from './vocabulary.ts';

/** How a backend writes each thing an expression can hold. `V` is its own form of a value. */
export interface EmitTable<V> {
  load(input: number, stored: DType): V;
  param(index: number, dtype: DType): V;
  literal(value: Literal, dtype: DType): V;
  position(dtype: DType): V;
  cast(value: V, from: DType, to: DType): V;
  /** One row per scalar operation; `dtype` is that of the arguments (of the selected ones for `where`). */
  readonly ops: { readonly [K in ScalarOp]: (dtype: DType, ...args: V[]) => V };
  /** Called for a value that is used more than once, to name it; the value itself when omitted. */
  share?(value: V, dtype: DType): V;
}

/** Renders an expression through a backend's emit table; a subtree that occurs several times is rendered once. */
export function render<V>(root: Expr, emit: EmitTable<V>): V {
  const uses = new Map<Expr, number>();
  countUses(root, uses);
  const done = new Map<Expr, V>();
  const go = (node: Expr): V => {
    const known = done.get(node);
    if (known !== undefined) return known;
    let value = renderNode(node, emit, go);
    if ((uses.get(node) ?? 0) > 1 && emit.share !== undefined) value = emit.share(value, node.dtype);
    done.set(node, value);
    return value;
  };
  return go(root);
}

function countUses(node: Expr, uses: Map<Expr, number>): void {
  const count = uses.get(node) ?? 0;
  uses.set(node, count + 1);
  if (count > 0) return;
  if (node.kind === 'apply') for (const arg of node.args) countUses(arg, uses);
  else if (node.kind === 'cast') countUses(node.arg, uses);
}

function renderNode<V>(node: Expr, emit: EmitTable<V>, go: (node: Expr) => V): V {
  switch (node.kind) {
    case 'load':
      return emit.load(node.input, node.stored);
    case 'param':
      return emit.param(node.param, node.dtype);
    case 'const':
      return emit.literal(node.value, node.dtype);
    case 'position':
      return emit.position(node.dtype);
    case 'cast':
      return emit.cast(go(node.arg), node.arg.dtype, node.dtype);
    case 'apply':
      return emit.ops[node.op](argumentDtype(node.args), ...node.args.map(go));
  }
}

function argumentDtype(args: readonly Expr[]): DType {
  return (args[args.length - 1] as Expr).dtype;
}
