import {
  type Combine,
  castValue,
  type DType,
  interpret,
  type Literal,
  type ReduceKernel,
} from '@taimatsu/core/backend';
import { coerceParam, reader, writer } from '../elements.ts';
import type { ReduceRunner } from '../kernels/reduce.ts';
import { bufferOf } from '../memory.ts';
import { walksColumns } from '../numeric/columns.ts';
import { identityOf } from '../numeric/identity.ts';
import { COLUMN_BLOCK, LANES, ROW_BLOCK } from '../numeric/summation.ts';
import { startsOf, walk, walkRows } from './walk.ts';

/** What takes a result's elements one by one. */
interface Fold {
  /** Begins a result. */
  begin(): void;
  /** Begins a row of `count` elements. */
  row(count: number): void;
  add(value: Literal): void;
  end(): Literal;
}

/** A reduction that evaluates its kernel with closures. */
export function closureReduce(kernel: ReduceKernel): ReduceRunner {
  const { combine, pre, inputs: stored } = kernel;
  const arg = combine === 'argmax' || combine === 'argmin';
  const evaluate = interpret({ ...kernel, body: pre, positional: false });
  const finish = interpret({ ...kernel, body: kernel.post, positional: false });
  const readers = stored.map(reader);
  const write = writer(kernel.output);
  return (plan, out, inputs, params) => {
    const scalars = kernel.params.map((dtype, i) => coerceParam(params[i]!, dtype));
    const loads: Literal[] = [];
    const env = { loads, params: scalars, position: 0 };
    const data = inputs.map((input) => bufferOf(input).data);
    const target = bufferOf(out).data;
    const fold = foldOf(combine, pre.dtype, walksColumns(plan));
    const at = startsOf([out, ...inputs]);
    const { inner } = plan;
    const last = inner.shape.length - 1;
    walk(plan.outer, at, () => {
      const from = at.slice(1);
      fold.begin();
      walkRows(inner, from, (count) => {
        fold.row(count);
        for (let k = 0; k < count; k++) {
          for (let i = 0; i < readers.length; i++) {
            loads[i] = readers[i]!(data[i]!, from[i]! + k * inner.strides[i]![last]!);
          }
          fold.add(evaluate(env));
        }
      });
      const combined = fold.end();
      const value = finish({
        loads: [arg ? combined : round(combined, pre.dtype)],
        params: scalars,
        position: 0,
      });
      write(target, at[0]!, value);
    });
  };
}

// Accumulators are wider than the dtype: a cast between its two ways of being a number wraps or rounds.
function round(value: Literal, dtype: DType): Literal {
  if (dtype === 'float32') return Math.fround(value as number);
  if (dtype === 'int64') return BigInt.asIntN(64, value as bigint);
  return dtype === 'bool' || dtype === 'float64' ? value : castValue(value, 'int32', dtype);
}

function foldOf(combine: Combine, dtype: DType, columns: boolean): Fold {
  if (combine === 'argmax' || combine === 'argmin') return argFold(combine, dtype);
  const float = dtype === 'float32' || dtype === 'float64';
  if (combine === 'sum' && float)
    return cascade(columns ? 1 : LANES, columns ? COLUMN_BLOCK : ROW_BLOCK, columns);
  const identity = identityOf(combine, dtype);
  const step = steps(combine, dtype);
  let value = identity;
  return {
    begin: () => {
      value = identity;
    },
    row: () => {},
    add: (x) => {
      value = step(value, x);
    },
    end: () => value,
  };
}

function steps(combine: Combine, dtype: DType): (a: Literal, b: Literal) => Literal {
  const fn = (f: (a: never, b: never) => Literal): ((a: Literal, b: Literal) => Literal) =>
    f as (a: Literal, b: Literal) => Literal;
  if (dtype === 'bool') {
    if (combine === 'max' || combine === 'sum') return fn((a: boolean, b: boolean) => a || b);
    return fn((a: boolean, b: boolean) => a && b);
  }
  if (dtype === 'int64') {
    if (combine === 'sum') return fn((a: bigint, b: bigint) => a + b);
    if (combine === 'prod') return fn((a: bigint, b: bigint) => BigInt.asIntN(64, a * b));
    return combine === 'max'
      ? fn((a: bigint, b: bigint) => (a > b ? a : b))
      : fn((a: bigint, b: bigint) => (a < b ? a : b));
  }
  const float = dtype === 'float32' || dtype === 'float64';
  if (combine === 'max') return fn(Math.max as (a: number, b: number) => number);
  if (combine === 'min') return fn(Math.min as (a: number, b: number) => number);
  if (combine === 'sum') return fn((a: number, b: number) => (a + b) | 0);
  return float ? fn((a: number, b: number) => a * b) : fn((a: number, b: number) => Math.imul(a, b));
}

function argFold(combine: Combine, dtype: DType): Fold {
  const max = combine === 'argmax';
  const identity = identityOf(max ? 'max' : 'min', dtype);
  let best = identity;
  let found = 0;
  let position = 0;
  return {
    begin: () => {
      best = identity;
      found = 0;
      position = 0;
    },
    row: () => {},
    add: (x) => {
      if ((max ? x > best : x < best) || (Number.isNaN(x) && !Number.isNaN(best))) {
        best = x;
        found = position;
      }
      position++;
    },
    end: () => BigInt(found),
  };
}

/** A sum of blocks, each of several running sums, put together pairwise. */
function cascade(lanes: number, block: number, acrossRows: boolean): Fold {
  const parts: number[] = [];
  const lane = [0, 0, 0, 0];
  let blocks = 0;
  let filled = 0;
  let left = 0;
  const flush = (): void => {
    if (filled === 0) return;
    let sum = lane[0]! + lane[1]! + (lane[2]! + lane[3]!);
    let level = 0;
    for (let c = blocks++; c & 1; c >>= 1) sum = parts[level++]! + sum;
    parts[level] = sum;
    lane.fill(0);
    filled = 0;
  };
  return {
    begin: () => {
      blocks = 0;
    },
    row: (count) => {
      if (!acrossRows) flush();
      left = count;
    },
    add: (x) => {
      // What is left over when a block's length is no multiple of the lanes goes to lane 0.
      const whole = Math.min(block, filled + left) & -lanes;
      lane[filled < whole ? filled % lanes : 0]! += x as number;
      left--;
      if (++filled === block) flush();
    },
    end: () => {
      flush();
      let sum = 0;
      for (let level = 0, c = blocks; c > 0; level++, c >>= 1) if (c & 1) sum += parts[level]!;
      return sum;
    },
  };
}
