import type { Code } from './code.ts';

/** A nest of loops as text. */
export interface Nest {
  /** Begins the names of the nest's own variables. */
  readonly name: string;
  /** Text of the `Loops`. */
  readonly loops: string;
  /** For each operand that is walked: the variable that holds its place, and its number in the loops. */
  readonly operands: readonly (readonly [variable: string, operand: number])[];
  /** How many of the innermost dimensions the body walks itself. */
  readonly inner: number;
  readonly body: string;
}

const RANKS = 64;

/** Text that runs `body` for each iteration of the outer dimensions; the operands' places end where they began. */
export function nestText(code: Code, { name, loops, operands, inner, body }: Nest): string {
  const index = code.use(`${name}Index`, new Int32Array(RANKS));
  const move = (d: string, text: (stride: string) => string): string =>
    operands.map(([variable, i]) => `${variable} ${text(`${name}Strides[${i}][${d}]`)};`).join(' ');
  return `
const ${name}Shape = ${loops}.shape, ${name}Strides = ${loops}.strides, ${name}Rank = ${name}Shape.length - ${inner};
let ${name}Left = 1;
for (let d = 0; d < ${name}Rank; d++) ${name}Left *= ${name}Shape[d];
for (; ${name}Left > 0; ${name}Left--) {
${body}
  for (let d = ${name}Rank - 1; d >= 0; d--) {
    if (++${index}[d] < ${name}Shape[d]) { ${move('d', (stride) => `+= ${stride}`)} break; }
    ${index}[d] = 0;
    ${move('d', (stride) => `-= ${stride} * (${name}Shape[d] - 1)`)}
  }
}`;
}
