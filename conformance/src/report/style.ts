import colors from 'picocolors';
import type { Verdict } from '../run/verdict.ts';

/** A verdict with its mark, coloured where the terminal has colours. */
export function mark(verdict: Verdict): string {
  switch (verdict) {
    case 'pass':
      return colors.green('✓ pass');
    case 'pass-by-fallback':
      return colors.cyan('↺ pass');
    case 'declined':
      return colors.yellow('– skip');
    case 'fail':
      return colors.red('✗ fail');
    default:
      return verdict satisfies never;
  }
}

const keyword = /^(?:import|as|while|with|for|in|if|else|not|and|or|is|True|False|None)$/;
const token = /(#.*)|('[^']*'|"[^"]*")|\b(\d[\d.e+-]*)\b|\b([A-Za-z_]\w*)\b/g;

/** Python with its comments, strings, numbers and keywords told apart. */
export function highlight(code: string): string {
  return code.replace(token, (found, comment?: string, text?: string, number?: string) => {
    if (comment !== undefined) return colors.dim(found);
    if (text !== undefined) return colors.green(found);
    if (number !== undefined) return colors.yellow(found);
    return keyword.test(found) ? colors.magenta(found) : found;
  });
}

/** A number of things: `1 cell`, `2 cells`. */
export function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}
