import {
  castValue,
  type DType,
  type Expr,
  floatMath,
  type Literal,
  literal,
  load,
  lower,
  param,
  position,
  referenceOp,
  type ScalarOp,
  s,
  scalarOps,
  visit,
  wrapInt,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onTarget, targets } from './target.ts';

const evaluator = (root: Expr): ReturnType<typeof onTarget> => onTarget(root, targets.exact!);

const ops = (Object.keys(scalarOps) as ScalarOp[]).filter((op) => scalarOps[op].signature !== 'select');

const ints: readonly DType[] = ['uint8', 'int8', 'int16', 'int32'];
const anyInt = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.integer(),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1),
);
const intOps = ops.filter((op) => scalarOps[op].domain !== 'float');

describe.each(ints)('%s', (dtype) => {
  test.each(intOps)('%s', (op) => {
    const run = evaluator(lower(s[op](...[load(0, dtype), load(1, dtype)].slice(0, scalarOps[op].arity))));
    const want = referenceOp(op, dtype);
    fc.assert(
      fc.property(anyInt, anyInt, (p, q) => {
        const a = wrapInt(p, dtype);
        const b = wrapInt(op === 'pow' ? q % 40 : q, dtype);
        expect(run(a, b)).toBe(want(a, b, 0));
      }),
    );
  });
});

test.each(intOps)('int64 %s of what fits 32 bits', (op) => {
  const run = evaluator(lower(s[op](...[load(0, 'int64'), load(1, 'int64')].slice(0, scalarOps[op].arity))));
  const want = referenceOp(op, 'int64');
  fc.assert(
    fc.property(anyInt, anyInt, (a, q) => {
      const b = op === 'pow' ? q % 40 : op === 'shl' || op === 'shr' ? q & 127 : q;
      const exact = want(BigInt(a), BigInt(b), 0n);
      const result = typeof exact === 'bigint' ? Number(BigInt.asIntN(32, exact)) : exact;
      // The smallest int32 has no counterpart of its own sign.
      if (typeof exact === 'bigint' && BigInt(result) !== exact && op !== 'add' && op !== 'mul') return;
      expect(run(a, b)).toBe(result);
    }),
  );
});

test('bool', () => {
  for (const op of ['max', 'min', 'and', 'or', 'xor', 'eq', 'ne', 'lt', 'le', 'not'] as const) {
    const run = evaluator(lower(s[op](...[load(0, 'bool'), load(1, 'bool')].slice(0, scalarOps[op].arity))));
    for (const a of [false, true])
      for (const b of [false, true]) expect(run(a, b)).toBe(referenceOp(op, 'bool')(a, b, 0));
  }
});

describe('casts', () => {
  const all: readonly DType[] = ['bool', ...ints, 'int64', 'float32', 'float64'];
  const samples: readonly number[] = [
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    -129,
    32768,
    -32769,
    2 ** 31 - 1,
    -(2 ** 31),
    1.5,
    -1.5,
    2 ** 31,
    -(2 ** 33),
    1e20,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ];
  const isFloat = (dtype: DType): boolean => dtype.startsWith('float');

  test.each(all.flatMap((from) => all.map((to) => [from, to] as const)))('%s to %s', (from, to) => {
    const run = evaluator(lower(s.cast(load(0, from), to)));
    for (const x of samples.map(Math.fround)) {
      if (!isFloat(from) && !(Number.isInteger(x) && Math.abs(x) < 2 ** 31)) continue;
      const given: Literal = from === 'bool' ? x !== 0 : isFloat(from) ? x : wrapInt(x, from);
      const exact = castValue(from === 'int64' ? BigInt(given) : given, from, to);
      if (to === 'int64' && isFloat(from) && !(Math.abs(x) < 2 ** 31)) expect(run(given)).toBe(-(2 ** 31));
      else expect(run(given)).toBe(typeof exact === 'bigint' ? Number(exact) : exact);
    }
  });
});

test('every node computes in bool, int32 or float32, and shared nodes stay shared', () => {
  const x = s.cast(load(0, 'float16'), 'float64');
  const n = s.add(s.cast(x, 'int64'), position('int64'));
  const body = s.where(s.lt(x, param(0, 'float64')), s.cast(n, 'float64'), s.mul(x, s.log(x)));
  const seen = new Set<Expr>();
  visit(lower(body), (node) => {
    expect(['bool', 'int32', 'float32']).toContain(node.dtype);
    if (node.kind === 'load') {
      expect(node.stored).toBe('float16');
      seen.add(node);
    }
  });
  expect(seen.size).toBe(1);
});

test('halves round to even', () => {
  const run = evaluator(lower(s.round(load(0, 'float32'))));
  for (const x of [0.5, 1.5, 2.5, -0.5, -1.5, -0.2, 8388607.5])
    expect(run(x)).toBe(floatMath.roundEven(Math.fround(x)));
});

test('an int64 literal that stands for a limit stays one', () => {
  for (const [value, held] of [
    [-(2n ** 63n), -(2 ** 31)],
    [2n ** 63n - 1n, 2 ** 31 - 1],
    [7n, 7],
  ] as const) {
    expect(lower(literal(value, 'int64'))).toMatchObject({ dtype: 'int32', value: held });
  }
});
