import {
  castValue,
  type DType,
  type Literal,
  load,
  param,
  position,
  referenceOp,
  type ScalarOp,
  s,
  scalarKernel,
  scalarOps,
} from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';
import { dense, isClose, kernel, read, values } from './support.ts';

const samples: readonly number[] = [
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
  Infinity,
  -Infinity,
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
  0.29,
  -0.29,
  0.99999994,
  1.0000001,
  1e-4,
  16777217,
  1023.5,
].map(Math.fround);

const ops = (Object.keys(scalarOps) as ScalarOp[]).filter((op) => scalarOps[op].signature !== 'select');
const flushed = 2 ** -126;

/** Quotients of 2^46 and more have no remainder, and are NaN. */
const isBeyond = (op: ScalarOp, a: number, b: number): boolean =>
  (op === 'fmod' || op === 'remainder') && b !== 0 && Number.isFinite(a) && Math.abs(a / b) >= 2 ** 46;

function agrees(op: ScalarOp, got: Literal, want: Literal): boolean {
  if (typeof got !== 'number' || typeof want !== 'number') return got === want;
  if (Math.abs(want) < flushed && Math.abs(got) <= flushed) return true;
  // Zeros of either sign are equal to max and min.
  if (got === want) return want !== 0 || op === 'max' || op === 'min' || Object.is(got, want);
  const tolerance =
    Math.abs(want) < 1 && !/gamma/.test(op) ? 1e-6 * Math.abs(want) : 1e-6 * Math.max(1, Math.abs(want));
  return Number.isFinite(want) ? Math.abs(got - want) <= tolerance : Object.is(got, want);
}

onDevice('scalar operations', (backend) => {
  const apply = async (
    op: ScalarOp,
    dtype: DType,
    a: readonly Literal[],
    b: readonly Literal[],
  ): Promise<Literal[]> => {
    const operands = [load(0, dtype), load(1, dtype)].slice(0, scalarOps[op].arity);
    const value = s[op](...operands);
    const output = value.dtype;
    const out = dense(
      backend,
      output,
      a.map(() => 0),
    );
    const inputs = [dense(backend, dtype, a), dense(backend, dtype, b)];
    const plan = { flat: true, size: a.length, shape: [a.length], strides: [[1], [1], [1]] };
    kernel(backend, 'map')(scalarKernel(value, output), plan, out, inputs, []);
    return await read(backend, out);
  };

  test.each(ops.filter((op) => scalarOps[op].domain !== 'int'))(
    '%s of special float32 values',
    async (op) => {
      const pairs =
        scalarOps[op].arity === 2
          ? samples.flatMap((a) => samples.map((b) => [a, b]))
          : samples.map((a) => [a, 0]);
      const got = await apply(
        op,
        'float32',
        pairs.map(([a]) => a!),
        pairs.map(([, b]) => b!),
      );
      const reference = referenceOp(op, 'float32');
      for (const [i, [a, b]] of pairs.entries()) {
        const want = isBeyond(op, a!, b!) ? Number.NaN : reference(a!, b!, 0);
        // The largest integers that fit a float32 make rounding of quotients visible.
        const ok = agrees(op, got[i]!, want) || (op === 'floordiv' && isClose(got[i]!, want, 'float32'));
        if (!ok) expect.fail(`${op}(${a}, ${b}): expected ${want}, got ${got[i]}`);
      }
    },
  );

  test.each(['uint8', 'int8', 'int16', 'int32', 'int64'] as const)(
    'integer operations on %s',
    async (dtype) => {
      const next = values(dtype, 3);
      const a = Array.from({ length: 64 }, next);
      const b = Array.from({ length: 64 }, next);
      for (const op of ops.filter((name) => scalarOps[name].domain !== 'float')) {
        const small = (x: Literal): Literal => (typeof x === 'bigint' ? x & 7n : (x as number) & 7);
        const second = op === 'pow' || op === 'shl' || op === 'shr' ? b.map(small) : b;
        const got = await apply(op, dtype, a, second);
        for (const [i, x] of a.entries()) {
          const want = referenceOp(op, dtype)(x, second[i]!, 0);
          const held = typeof want === 'bigint' ? BigInt.asIntN(32, want) : want;
          // What overflowed 32 bits on the way cannot be divided.
          if (dtype === 'int64' && held !== want && !['add', 'sub', 'mul', 'neg', 'shl', 'pow'].includes(op))
            continue;
          if (got[i] !== held) expect.fail(`${op}(${x}, ${second[i]}): expected ${held}, got ${got[i]}`);
        }
      }
    },
  );

  test('casts', async () => {
    const all: readonly DType[] = [
      'bool',
      'uint8',
      'int8',
      'int16',
      'int32',
      'int64',
      'float16',
      'bfloat16',
      'float32',
    ];
    for (const from of all) {
      const input = dense(backend, from, Array.from({ length: 40 }, values(from, 5)));
      for (const to of all) {
        const out = dense(
          backend,
          to,
          input.values.map(() => 0),
        );
        const plan = { flat: true, size: 40, shape: [40], strides: [[1], [1]] };
        kernel(backend, 'map')(scalarKernel(load(0, from), to), plan, out, [input], []);
        const got = await read(backend, out);
        const compute = (dtype: DType): DType => (dtype.endsWith('float16') ? 'float32' : dtype);
        for (const [i, x] of input.values.entries()) {
          const exact = castValue(x, compute(from), compute(to));
          const want = dense(backend, to, [typeof exact === 'bigint' ? BigInt.asIntN(32, exact) : exact])
            .values[0]!;
          const outOfRange = to === 'int64' && typeof x === 'number' && !(Math.abs(x) < 2 ** 31);
          expect(got[i], `${from} ${x} to ${to}`).toBe(outOfRange ? -(2n ** 31n) : want);
        }
      }
    }
  });

  test('scalars and positions', async () => {
    const out = dense(backend, 'float32', [0, 0, 0, 0, 0, 0]);
    const value = s.add(
      s.cast(position('int64'), 'float32'),
      s.mul(param(0, 'float32'), s.cast(param(1, 'bool'), 'float32')),
    );
    const plan = { flat: true, size: 6, shape: [6], strides: [[1]] };
    kernel(backend, 'map')(scalarKernel(value, 'float32'), plan, out, [], [0.5, true]);
    expect(await read(backend, out)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5, 5.5]);
  });
});
