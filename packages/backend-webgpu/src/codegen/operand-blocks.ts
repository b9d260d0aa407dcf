import type { WordType } from './types.ts';

/**
 * How an operand of a product is read, four words at a time where they are neighbours.
 *
 * - `steps`: neighbours are steps along k
 * - `lines`: neighbours are rows of a, or columns of b
 * - `any`: one word at a time
 */
export type Along = 'steps' | 'lines' | 'any';

/** An operand by the names of its launch data; lines are the rows of a or the columns of b. */
export interface Operand {
  readonly name: string;
  readonly type: WordType;
  readonly along: Along;
  /** How many lines there are, and words from one to the next. */
  readonly lines: string;
  readonly line: string;
  /** Words from one step along k to the next. */
  readonly step: string;
}

/** The type of an operand's words in its binding. */
export const boundAs = ({
  type,
  along,
}: Pick<Operand, 'type' | 'along'>): WordType | 'vec4<f32>' | 'vec4<i32>' =>
  along === 'any' ? type : `vec4<${type}>`;

const lanes = 'xyzw';
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Reads blocks of 4 steps × `count` lines, from line `first` on; lines beyond the last repeat it. */
export class Blocks {
  /** Statements that find the lines, before the loop along k. */
  readonly setup: string;
  private readonly operand: Operand;
  private readonly count: number;

  constructor(operand: Operand, first: string, count: number) {
    this.operand = operand;
    this.count = count;
    const { name, along, lines, line } = operand;
    const clamped = (i: number): string => `min(${first} + ${i}, ${lines} - 1)`;
    const unit = along === 'any' ? '' : ' >> 2u';
    const places =
      along === 'lines'
        ? range(count / 4).map(
            (g) => `let ${name}_at${g} = ${name}_base + min(${first} + ${g * 4}, (${lines} - 1) & ~3);`,
          )
        : range(count).map((i) => `let ${name}_at${i} = (${name}_base + ${clamped(i)} * ${line})${unit};`);
    this.setup = places.join('\n  ');
  }

  /** Statements that read the block at step `k`, a multiple of 4 and an i32 variable. */
  load(k: string): string {
    const { name, along, step } = this.operand;
    switch (along) {
      case 'steps':
        return range(this.count)
          .map((i) => `let ${name}${i} = ${name}[${name}_at${i} + (${k} >> 2u)];`)
          .join('\n    ');
      case 'lines':
        return range(4)
          .flatMap((s) =>
            range(this.count / 4).map(
              (g) => `let ${name}${g}_${s} = ${name}[(${name}_at${g} + (${k} + ${s}) * ${step}) >> 2u];`,
            ),
          )
          .join('\n    ');
      case 'any':
        return range(4)
          .flatMap((s) =>
            range(this.count).map(
              (i) => `let ${name}${i}_${s} = ${name}[${name}_at${i} + (${k} + ${s}) * ${step}];`,
            ),
          )
          .join('\n    ');
    }
  }

  /** The word of line `i` at step `s` of the block. */
  word(i: number, s: number): string {
    const { name, along } = this.operand;
    switch (along) {
      case 'steps':
        return `${name}${i}.${lanes[s]}`;
      case 'lines':
        return `${name}${i >> 2}_${s}.${lanes[i & 3]}`;
      case 'any':
        return `${name}${i}_${s}`;
    }
  }

  /** The words of lines 4g to 4g + 3 at step `s` of the block. */
  four(g: number, s: number): string {
    const { name, along, type } = this.operand;
    if (along === 'lines') return `${name}${g}_${s}`;
    return `vec4<${type}>(${range(4)
      .map((j) => this.word(4 * g + j, s))
      .join(', ')})`;
  }

  /** Statements that read step `k` alone, where it does not begin a block; {@link single} has its words. */
  loadSingle(k: string): string {
    const { name, along, step } = this.operand;
    return range(this.count)
      .map((i) => {
        const at =
          along === 'steps'
            ? `${name}_at${i} * 4 + ${k}`
            : along === 'lines'
              ? `${name}_at${i >> 2} + ${i & 3} + ${k} * ${step}`
              : `${name}_at${i} + ${k} * ${step}`;
        return along === 'any'
          ? `let ${name}${i} = ${name}[${at}];`
          : `let ${name}${i} = word_${name}(${at});`;
      })
      .join('\n    ');
  }

  single(i: number): string {
    return `${this.operand.name}${i}`;
  }

  singles(g: number): string {
    return `vec4<${this.operand.type}>(${range(4)
      .map((j) => this.single(4 * g + j))
      .join(', ')})`;
  }

  /** `word_a`, for operands that are bound four words at a time. */
  get functions(): string {
    const { name, along, type } = this.operand;
    return along === 'any' ? '' : `fn word_${name}(at: i32) -> ${type} { return ${name}[at >> 2u][at & 3]; }`;
  }
}
