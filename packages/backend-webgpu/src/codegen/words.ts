import type { Loops } from '@taimatsu/core/backend';

/** Words of launch data that every kernel gets: a uniform array of this many 32-bit words. */
export const WORDS = 256;

/** The most dimensions that a loop nest can have. */
export const MAX_RANK = 8;

// The first words hold what WGSL has no literals for.
const NAN_WORD = 0;
const INFINITY_WORD = 1;
const ZERO_WORD = 2;
const FIRST = 3;

const integers = new Int32Array(WORDS);
const floats = new Float32Array(integers.buffer);
floats[NAN_WORD] = Number.NaN;
floats[INFINITY_WORD] = Number.POSITIVE_INFINITY;

/** The launch data being put together; kernels and their launchers take words in the same order. */
export class Words {
  readonly integers: Int32Array = integers;
  length: number = FIRST;

  begin(): this {
    this.length = FIRST;
    return this;
  }

  int(value: number): this {
    integers[this.length++] = value;
    return this;
  }

  float(value: number): this {
    floats[this.length++] = value;
    return this;
  }

  /** The sizes of a nest, then the strides of the operands with these numbers. */
  nest(loops: Loops, operands: readonly number[]): this {
    for (const size of loops.shape) this.int(size);
    for (const i of operands) for (const stride of loops.strides[i]!) this.int(stride);
    return this;
  }
}

/** One word as WGSL, an i32. */
const word = (i: number): string => `words[${i >> 2}][${i & 3}]`;

/** Gives out words of launch data to a kernel's text. */
export class WordNames {
  private next = FIRST;

  int(): string {
    return word(this.next++);
  }

  unsigned(): string {
    return `u32(${this.int()})`;
  }

  float(): string {
    return `bitcast<f32>(${this.int()})`;
  }

  several(count: number): string[] {
    return Array.from({ length: count }, () => this.int());
  }

  nest(rank: number, operands: number): NestNames {
    return { shape: this.several(rank), strides: Array.from({ length: operands }, () => this.several(rank)) };
  }
}

/** The words of a nest: sizes, and each operand's strides. */
export interface NestNames {
  readonly shape: readonly string[];
  readonly strides: readonly (readonly string[])[];
}

/** NaN, Infinity and no bits at all, which compilers cannot see through. */
export const specialWords: string = `
fn nan_value() -> f32 { return bitcast<f32>(${word(NAN_WORD)}); }
fn infinity_value() -> f32 { return bitcast<f32>(${word(INFINITY_WORD)}); }
fn zero_bits() -> u32 { return bitcast<u32>(${word(ZERO_WORD)}); }`;

/** Statements that add to offset variables `at0`, `at1`, … what position `index` (a u32 variable) means for each operand. */
export function walkNest(nest: NestNames, index: string, variables: readonly string[]): string {
  const lines: string[] = [];
  const rank = nest.shape.length;
  lines.push(`var rest_${index} = ${index};`);
  for (let d = rank - 1; d >= 0; d--) {
    const here = `i${d}_${index}`;
    if (d > 0) {
      lines.push(`let ${here} = i32(rest_${index} % u32(${nest.shape[d]}));`);
      lines.push(`rest_${index} = rest_${index} / u32(${nest.shape[d]});`);
    } else lines.push(`let ${here} = i32(rest_${index});`);
    variables.forEach((name, i) => {
      lines.push(`${name} += ${here} * ${nest.strides[i]![d]};`);
    });
  }
  return lines.join('\n  ');
}
