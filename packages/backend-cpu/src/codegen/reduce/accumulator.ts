import type { Combine, DType, ElementArray, Expr, ReduceKernel, ScalarOp } from '@taimatsu/core/backend';
import { identityOf } from '../../numeric/identity.ts';
import { loadText } from '../access.ts';
import type { Code } from '../code.ts';
import { applyText, type ExpressionText, expressionText, literalText } from '../expression.ts';

/** One variable of an accumulator; a column reduction holds an array of it. */
export interface Slot {
  readonly name: string;
  readonly initial: string;
  readonly array: new (length: number) => ElementArray;
  /** Text of the slot's value from what its array holds, where that differs. */
  readonly read?: (element: string) => string;
}

/** How elements are put together one by one. */
export interface Accumulator {
  readonly slots: readonly Slot[];
  /** Statements that add an element; `place` gives an input's index in its array. */
  step(place: Place, sum?: string): string;
  /** Text that puts two accumulators together, when it does not matter in which order elements are added. */
  readonly merge?: (a: string, b: string) => string;
  /** Statements that are due every 2^20 elements at the latest, lest the words lose their exactness. */
  readonly carry: string;
  /** Text of the combined value, in the dtype that `post` reads. */
  readonly value: string;
  /** Text of the combined value as two words, when it is an int64 kept without BigInts. */
  readonly words?: { readonly low: string; readonly high: string };
}

type Place = (input: number) => string;

const TWO_32 = '4294967296';

/** The accumulator of a reduction, except for sums of floats, which are cascaded. */
export function accumulatorOf(code: Code, kernel: ReduceKernel): Accumulator {
  const { combine, pre } = kernel;
  if (combine === 'argmax' || combine === 'argmin') return position(code, pre, combine === 'argmax');
  if (combine === 'sum' && pre.dtype === 'int64') {
    if (pre.kind === 'load') return longSum(pre.input);
    if (pre.kind === 'cast' && isNarrow(pre.arg.dtype)) return countedSum(code, pre.arg);
  }
  return stepwise(code, kernel);
}

/** An expression over the elements at the given places. */
export function elementText(code: Code, expr: Expr, place: Place): ExpressionText {
  return expressionText(code, expr, {
    load: (input, stored) => loadText(code, stored, `x${input}`, place(input)),
  });
}

function isNarrow(dtype: DType): boolean {
  return dtype !== 'int64' && dtype !== 'float32' && dtype !== 'float64';
}

function stepwise(code: Code, { combine, pre }: ReduceKernel): Accumulator {
  const { dtype } = pre;
  const op = opOf(combine, dtype === 'bool');
  const float = dtype === 'float32' || dtype === 'float64';
  // Accumulators are wider than the dtype: doubles for floats, 32 bits for the small integers.
  const wide = float ? 'float64' : isNarrow(dtype) && dtype !== 'bool' ? 'int32' : dtype;
  const slot: Slot = {
    name: 'sum',
    initial: literalText(identityOf(combine as 'max', dtype)),
    array: float
      ? Float64Array
      : dtype === 'int64'
        ? BigInt64Array
        : dtype === 'bool'
          ? Uint8Array
          : Int32Array,
    ...(dtype === 'bool' ? { read: (element: string) => `${element} !== 0` } : {}),
  };
  const rounded: { readonly [dtype: string]: string } = {
    float32: 'Math.fround(sum)',
    uint8: 'sum & 255',
    int8: 'sum << 24 >> 24',
    int16: 'sum << 16 >> 16',
  };
  return {
    slots: [slot],
    step: (place, sum = 'sum') => {
      const { statements, value } = elementText(code, pre, place);
      return `${statements} ${sum} = ${applyText(code, op, wide, [sum, value])};`;
    },
    ...(float && op === 'mul' ? {} : { merge: (a: string, b: string) => applyText(code, op, wide, [a, b]) }),
    carry: '',
    value: rounded[dtype] ?? 'sum',
  };
}

function opOf(combine: Combine, bool: boolean): ScalarOp {
  if (combine === 'sum') return bool ? 'max' : 'add';
  if (combine === 'prod') return bool ? 'min' : 'mul';
  return combine === 'max' ? 'max' : 'min';
}

/** A sum of small integers: exact in a double for 2^20 elements, then carried into a second word. */
function countedSum(code: Code, arg: Expr): Accumulator {
  return {
    slots: [
      { name: 'low', initial: '0', array: Float64Array },
      { name: 'high', initial: '0', array: Float64Array },
    ],
    step: (place) => {
      const { statements, value } = elementText(code, arg, place);
      return `${statements} low += ${arg.dtype === 'bool' ? `(${value} ? 1 : 0)` : value};`;
    },
    ...carried,
  };
}

/** A sum of int64: words are added apart. */
function longSum(input: number): Accumulator {
  return {
    slots: [
      { name: 'low', initial: '0', array: Float64Array },
      { name: 'high', initial: '0', array: Float64Array },
    ],
    step: (place) => `const w = 2 * (${place(input)}); low += w${input}[w] >>> 0; high += w${input}[w + 1];`,
    ...carried,
  };
}

const carried = {
  carry: `high = (high + Math.floor(low / ${TWO_32})) | 0; low = low >>> 0;`,
  value: `(BigInt((high + Math.floor(low / ${TWO_32})) | 0) << 32n) + BigInt(low >>> 0)`,
  words: { low: 'low | 0', high: `(high + Math.floor(low / ${TWO_32})) | 0` },
};

/** The place of the first extreme; the first NaN beats everything. */
function position(code: Code, pre: Expr, max: boolean): Accumulator {
  const { dtype } = pre;
  const float = dtype === 'float32' || dtype === 'float64';
  const array = float ? Float64Array : dtype === 'int64' ? BigInt64Array : Int32Array;
  return {
    slots: [
      {
        name: 'best',
        initial: literalText(identityOf(max ? 'max' : 'min', dtype)),
        array,
        ...(dtype === 'bool' ? { read: (element: string) => `${element} !== 0` } : {}),
      },
      { name: 'found', initial: '0', array: Float64Array },
    ],
    step: (place) => {
      const { statements, value } = elementText(code, pre, place);
      // The negated comparison lets NaN in; once it is the best, nothing comes after it.
      const better = float
        ? `!(${value} ${max ? '<=' : '>='} best) && best === best`
        : `${value} ${max ? '>' : '<'} best`;
      return `${statements} if (${better}) { best = ${value}; found = at; }`;
    },
    carry: '',
    value: 'BigInt(found)',
    words: { low: 'found | 0', high: `Math.floor(found / ${TWO_32})` },
  };
}
