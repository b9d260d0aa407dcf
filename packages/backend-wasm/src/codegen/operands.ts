import { type Expr, visit } from '@taimatsu/core/backend';

/** The numbers of the inputs that an expression reads, in order. */
export function operandsRead(expr: Expr): readonly number[] {
  const read = new Set<number>();
  visit(expr, (node) => {
    if (node.kind === 'load') read.add(node.input);
  });
  return [...read].sort((a, b) => a - b);
}
