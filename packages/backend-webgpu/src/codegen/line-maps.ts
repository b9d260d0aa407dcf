import { type DType, dtypeInfo, type ScalarKernel } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { type Binding, elementwise, type KernelText, kernelText } from './module.ts';
import { toWord, wordType } from './types.ts';
import { vectorFunction } from './vector-ops.ts';
import { WordNames } from './words.ts';

/** What a group of maps reads or writes at one place: a contiguous stretch, or one element that is repeated. */
export interface Slot {
  readonly dtype: DType;
  readonly repeated: boolean;
}

/** A map whose operands are slots, by their numbers. */
export interface Step {
  readonly kernel: ScalarKernel;
  readonly inputs: readonly number[];
  readonly out: number;
}

export interface LineMapsText extends KernelText {
  /** The slots that have a binding, in order. */
  readonly bound: readonly number[];
}

/**
 * Maps over the same stretch, one after the other, as one kernel: four neighbours to each invocation. What a step computes is
 * passed on as the words that would have been stored, so the bits are those of a kernel for each step. Only the slots in `stored`
 * are written; a stretch begins at a multiple of four, and up to three elements after its end are written too.
 *
 * Launch data: the scalars of each step, the number of elements, then the places of `bound`, in fours where not repeated.
 */
export function lineMapsText(
  steps: readonly Step[],
  slots: readonly Slot[],
  stored: ReadonlySet<number>,
): LineMapsText {
  const names = new WordNames();
  const parts = steps.map(({ kernel }, n) => {
    const options = { name: `value${n}`, names, params: kernel.params };
    const vector = vectorFunction(kernel.body, kernel.output, options);
    return { whole: vector !== undefined, ...(vector ?? expressionFunction(kernel.body, options)) };
  });
  const count = names.unsigned();
  const read = readFromOutside(steps, parts);
  const bound = [...new Set([...stored, ...read])];
  const places = new Map(bound.map((slot) => [slot, names.unsigned()]));
  const four = (slot: number): string => `vec4<${wordType(slots[slot]!.dtype)}>`;
  const element = (slot: number): string => `slot${slot}[id + ${places.get(slot)}]`;

  const lines = read.map((slot) => {
    const at = places.get(slot)!;
    return slots[slot]!.repeated
      ? `let in${slot} = ${four(slot)}(slot${slot}[${at} >> 2u][${at} & 3u]);`
      : `let in${slot} = ${element(slot)};`;
  });
  const current = new Map(read.map((slot) => [slot, `in${slot}`]));
  steps.forEach(({ kernel, inputs, out }, n) => {
    const { reads, whole } = parts[n]!;
    const words = reads.map((input) => current.get(inputs[input]!)!);
    const call = (position: string, component: string): string =>
      `value${n}(${[position, ...words.map((name) => name + component)].join(', ')})`;
    if (whole) lines.push(`let r${n} = ${call('i32(id * 4u)', '')};`);
    else {
      const value = toWord(call('i32(id * 4u + k)', '[k]'), kernel.output);
      // The loop's end is not a constant, so that compilers keep it a loop: what has no vector form is long.
      lines.push(
        `var r${n} = ${four(out)}(0);`,
        `for (var k = 0u; k < min(${count} - id * 4u, 4u); k++) { r${n}[k] = ${value}; }`,
      );
    }
    const goesOn = steps.slice(n + 1).some((later) => later.inputs.includes(out));
    const isFloat = dtypeInfo[kernel.output].category === 'float';
    if (goesOn && isFloat) lines.push(`let kept${n} = as_stored(r${n});`);
    current.set(out, goesOn && isFloat ? `kept${n}` : `r${n}`);
  });
  for (const slot of stored) lines.push(`${element(slot)} = ${current.get(slot)};`);

  const bindings = bound.map((slot): Binding => {
    const type = `vec4<${wordType(slots[slot]!.dtype)}>` as const;
    return { name: `slot${slot}`, type, write: stored.has(slot) };
  });
  const functions = parts.map(({ text }) => text).join('\n');
  const main = elementwise(`((${count} + 3u) / 4u)`, lines.join('\n  '));
  const label = steps.map(({ kernel }) => kernel.key).join(' then ');
  return { ...kernelText(`map ${label}`, bindings, `${functions}\n${main}`), bound };
}

/** The slots that steps read before any of them has written there. */
function readFromOutside(
  steps: readonly Step[],
  parts: readonly { readonly reads: readonly number[] }[],
): number[] {
  const read = new Set<number>();
  const written = new Set<number>();
  steps.forEach(({ inputs, out }, n) => {
    for (const input of parts[n]!.reads) if (!written.has(inputs[input]!)) read.add(inputs[input]!);
    written.add(out);
  });
  return [...read];
}
