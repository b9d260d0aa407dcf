import type { ElementTexts } from './elements.ts';
import type { Extent } from './summary.ts';

/**
 * Lays out the texts of a tensor's printed elements between nested brackets.
 *
 * @param indent the column of the outermost bracket
 */
export function layOut(
  elements: ElementTexts,
  extents: readonly Extent[],
  indent: number,
  linewidth: number,
): string {
  const rank = extents.length;
  if (rank === 0) return elements.texts[0] as string;
  let next = 0;

  const slice = (dim: number, column: number): string => {
    const extent = extents[dim] as Extent;
    const count = extent.head + extent.tail;
    if (dim === rank - 1) {
      const items = elements.texts.slice(next, next + count);
      next += count;
      if (extent.elided) items.splice(extent.head, 0, ' ...');
      const perLine = Math.max(1, Math.floor((linewidth - column) / (elements.width + 2)));
      return bracket(wrap(items, perLine), 1, column);
    }
    const slices: string[] = [];
    for (let i = 0; i < count; i++) slices.push(slice(dim + 1, column + 1));
    if (extent.elided) slices.splice(extent.head, 0, '...');
    return bracket(slices, rank - dim - 1, column);
  };
  return slice(0, indent);
}

function wrap(items: readonly string[], perLine: number): string[] {
  if (items.length <= perLine) return [items.join(', ')];
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(', '));
  return lines;
}

function bracket(parts: readonly string[], newlines: number, column: number): string {
  if (parts.length === 1) return `[${parts[0]}]`;
  return `[${parts.join(`,${'\n'.repeat(newlines)}${' '.repeat(column + 1)}`)}]`;
}
