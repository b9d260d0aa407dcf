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
import { evaluator } from './evaluate.ts';

const specials: readonly number[] = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  3,
  -3,
  0.5,
  -0.5,
  1.5,
  2.5,
  -1.5,
  -2.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  100,
  -100,
  1e10,
  -1e10,
  3e38,
  -3e38,
  1e-30,
  -1e-30,
  88.5,
  -88.5,
  1e-7,
  -1e-7,
  20.3,
  7.999,
  8,
  8.001,
  0.29,
  -0.29,
  0.99999994,
  1.0000001,
  -0.99999994,
  1e-4,
  16777217,
  -16777217,
  1023.5,
  4096,
].map(Math.fround);

const view = new DataView(new ArrayBuffer(4));

/** The place of a float32 in the order of all of them. */
function place(x: number): number {
  view.setFloat32(0, x);
  const bits = view.getInt32(0);
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

interface Allowance {
  /** Units in the last place. */
  readonly ulp: number;
  /** Where a difference of large numbers is close to zero. */
  readonly absolute?: number;
}

const allowed: { readonly [K in ScalarOp]?: Allowance } = {
  erfc: { ulp: 10 },
  lgamma: { ulp: 4, absolute: 1e-6 },
  digamma: { ulp: 4, absolute: 1e-6 },
  // The quotient of the largest arguments is rounded before it is made whole.
  floordiv: { ulp: 2 },
};

const flushed = 2 ** -126;

function agree(op: ScalarOp, got: Literal, want: Literal): boolean {
  if (typeof got !== 'number' || typeof want !== 'number') return got === want;
  if (!Number.isFinite(got) || !Number.isFinite(want)) return Object.is(got, want);
  if (Math.abs(got) <= flushed && Math.abs(want) <= flushed) {
    return got !== 0 || want !== 0 || op === 'max' || op === 'min' || Object.is(got, want);
  }
  const { ulp, absolute = 0 } = allowed[op] ?? { ulp: 3 };
  return Math.abs(place(got) - place(want)) <= ulp || Math.abs(got - want) <= absolute;
}

/** What the lowering leaves undone on purpose. */
function isBeyond(op: ScalarOp, a: number, b: number): boolean {
  return (op === 'fmod' || op === 'remainder') && b !== 0 && Number.isFinite(a) && Math.abs(a / b) >= 2 ** 46;
}

const ops = (Object.keys(scalarOps) as ScalarOp[]).filter((op) => scalarOps[op].signature !== 'select');
const floatOps = ops.filter((op) => scalarOps[op].domain !== 'int');

const float = fc.oneof(
  fc.constantFrom(...specials),
  fc.float({ min: -2, max: 2, noNaN: true }),
  fc.float({ min: -100, max: 100, noNaN: true }),
  fc.float(),
);

describe('float32', () => {
  const applied = (op: ScalarOp): Expr =>
    s[op](...[load(0, 'float32'), load(1, 'float32')].slice(0, scalarOps[op].arity));

  test.each(floatOps)('%s of special values', (op) => {
    const run = evaluator(lower(applied(op)));
    const want = referenceOp(op, 'float32');
    for (const a of specials) {
      for (const b of scalarOps[op].arity === 2 ? specials : [0]) {
        if (isBeyond(op, a, b)) expect(run(a, b)).toBeNaN();
        else
          expect([a, b, run(a, b)]).toSatisfy(() => agree(op, run(a, b), want(a, b, 0)), `${op}(${a}, ${b})`);
      }
    }
  });

  test.each(floatOps)('%s of any values', (op) => {
    const run = evaluator(lower(applied(op)));
    const want = referenceOp(op, 'float32');
    fc.assert(
      fc.property(float, float, (a, b) => {
        const tiny = (x: number): boolean => x !== 0 && Math.abs(x) < flushed * 1e6;
        fc.pre(!isBeyond(op, a, b) && !tiny(a) && !tiny(b) && !((op === 'sin' || op === 'cos') && a > 5e4));
        return agree(op, run(a, b), want(a, b, 0));
      }),
      { numRuns: 500 },
    );
  });

  test('a value compared with itself is tested for NaN', () => {
    const x = load(0, 'float32');
    expect(evaluator(lower(s.ne(x, x)))(Number.NaN)).toBe(true);
    const ops: string[] = [];
    visit(lower(s.eq(x, x)), (node) => {
      if (node.kind === 'apply') ops.push(node.op);
    });
    expect(ops).toEqual(['isnan', 'not']);
  });

  test('what the target does exactly stays', () => {
    const x = load(0, 'float32');
    expect(lower(s.exp(x), { exact: new Set(['exp'] as const) })).toEqual(s.exp(x));
  });
});

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
