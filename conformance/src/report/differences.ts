import type { Difference } from '../compare/compare.ts';

/** A difference in one line, or in several where texts are longer than one. */
export function describeDifference(difference: Difference): string {
  const { where, what, expected, got, elements } = difference;
  if (what === 'text' || expected.includes('\n') || got.includes('\n')) {
    return `${where}:\nexpected ${indent(expected)}\ngot      ${indent(got)}`;
  }
  const errors = elements === undefined ? '' : ` (${sizes(difference)})`;
  const topic = what === 'value' || what === 'error' ? '' : ` ${what}`;
  return `${where}${topic}: expected ${expected}, got ${got}${errors}`;
}

function sizes({ elements, maxAbs = 0, maxRel = 0, maxUlp = 0, fromExact }: Difference): string {
  const short = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : 'not finite');
  const exact =
    fromExact === undefined
      ? ''
      : `; ${short(fromExact.ours)} tolerances from float64, where rounding explains ${short(fromExact.allowed)}`;
  return `${elements!.off} of ${elements!.of} off, max abs ${short(maxAbs)}, rel ${short(maxRel)}, ${short(maxUlp)} ULP${exact}`;
}

const indent = (text: string): string => text.replaceAll('\n', '\n         ');
