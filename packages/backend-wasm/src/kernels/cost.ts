import { type Expr, visit } from '@taimatsu/core/backend';
import { type FamilyName, isHeavyNode } from '../codegen/family.ts';

const lanes: { readonly [F in FamilyName]: number } = { quad: 4, pair: 2, scalar: 1 };

/** Nanoseconds that an expression takes an element, about: enough to tell what is worth sharing. */
export function costOf(body: Expr, family: FamilyName): number {
  let turn = 0.4;
  visit(body, (node) => {
    turn += isHeavyNode(node) ? 5 : 0.15;
  });
  return turn / lanes[family];
}
