import { type DType, dtypeInfo, load, type ScanCombine, s } from '@taimatsu/core/backend';
import { betterText, identityText, joinText } from './combine.ts';
import { expressionFunction } from './expression.ts';
import { toWord, type WordType, wordType } from './types.ts';
import { WordNames } from './words.ts';

/** What a scan carries along a line: a value, and something beside it. */
export interface ScanState {
  /** Functions that the other texts call. */
  readonly functions: string;
  /** The dtype in which elements enter. */
  readonly own: DType;
  /** The state before the first element. */
  readonly none: readonly [value: string, beside: string];
  readonly beside: WordType;
  /** What goes beside element `k`. */
  readonly entering: (k: string) => string;
  /** Statements that join `b` with `j` beside it to the variables `a` and `i`. */
  readonly step: (a: string, i: string, b: string, j: string) => string;
  /** The state `a`, `i` as the word to store. */
  readonly stored: (a: string, i: string) => string;
}

export function scanState(combine: ScanCombine, input: DType, output: DType): ScanState {
  switch (combine) {
    case 'argmax':
    case 'argmin':
      return argState(combine === 'argmax' ? 'max' : 'min', dtypeInfo[input].compute);
    case 'logaddexp':
      return logState(output);
    default:
      return plainState(combine, output);
  }
}

function plainState(join: 'sum' | 'prod' | 'max' | 'min', output: DType): ScanState {
  const own = dtypeInfo[output].compute;
  const narrow: Partial<Record<DType, (a: string) => string>> = {
    uint8: (a) => `(${a} & 255)`,
    int8: (a) => `((${a} << 24u) >> 24u)`,
    int16: (a) => `((${a} << 16u) >> 16u)`,
    bool: (a) => `(${a} != 0)`,
  };
  return {
    functions: joinText(join, own),
    own,
    none: [identityText(join, own), '0i'],
    beside: 'i32',
    entering: () => '0i',
    step: (a, _, b) => `${a} = join(${a}, ${b});`,
    stored: (a) => toWord(narrow[own]?.(a) ?? a, output),
  };
}

/** Beside the extreme its place, negative while there is none. */
function argState(join: 'max' | 'min', own: DType): ScanState {
  return {
    functions: betterText(join, own, 'last'),
    own,
    none: [`${wordType(own)}(0)`, '-1i'],
    beside: 'i32',
    entering: (k) => `i32(${k})`,
    step: (a, i, b, j) =>
      `if (${j} >= 0 && (${i} < 0 || better(${a}, ${i}, ${b}, ${j}))) { ${a} = ${b}; ${i} = ${j}; }`,
    stored: (_, i) => i,
  };
}

/** The greatest so far, and beside it the sum of e^(x - greatest): the greatest itself is never rounded. */
function logState(output: DType): ScanState {
  const named = (name: string, body: Parameters<typeof expressionFunction>[0]): string =>
    expressionFunction(body, { name, names: new WordNames(), params: [] }).text;
  const [x, y] = [load(0, 'float32'), load(1, 'float32')];
  return {
    functions: [
      named('greatest', s.max(x, y)),
      named('weight', s.where(s.eq(x, y), s.literal(1, 'float32'), s.exp(s.sub(x, y)))),
      named('logarithm', s.where(s.isinf(x), x, s.add(x, s.log(y)))),
    ].join('\n'),
    own: 'float32',
    none: ['(-infinity_value())', '0f'],
    beside: 'f32',
    entering: () => '1f',
    step: (a, i, b, j) =>
      `{ let top = greatest(0, ${a}, ${b}); ${i} = ${i} * weight(0, ${a}, top) + ${j} * weight(0, ${b}, top); ${a} = top; }`,
    stored: (a, i) => toWord(`logarithm(0, ${a}, ${i})`, output),
  };
}
