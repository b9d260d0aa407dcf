import type { Loops, View } from '@taimatsu/core/backend';
import { itemsize } from '../codegen/access.ts';
import type { Memory } from '../memory/index.ts';

/**
 * Visits the outer dimensions of a nest but the last, with the address of each operand. `numbers` says which operands of
 * the nest `views` are; all of them in order unless given.
 */
export function eachOuter(
  memory: Memory,
  { shape, strides }: Loops,
  views: readonly View[],
  visit: (pointers: readonly number[]) => void,
  numbers: readonly number[] = views.map((_, i) => i),
): void {
  const at = views.map((view) => memory.pointer(view));
  const sizes = views.map((view) => itemsize(view.dtype));
  const walk = (d: number): void => {
    if (d === shape.length - 1) {
      visit(at);
      return;
    }
    const start = [...at];
    for (let k = 0; k < shape[d]!; k++) {
      walk(d + 1);
      for (let i = 0; i < at.length; i++) at[i]! += strides[numbers[i]!]![d]! * sizes[i]!;
    }
    for (let i = 0; i < at.length; i++) at[i] = start[i]!;
  };
  walk(0);
}
