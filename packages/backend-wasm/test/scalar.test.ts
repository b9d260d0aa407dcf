import {
  apply,
  cast,
  castValue,
  type DType,
  dtypeInfo,
  flatMapPlan,
  type Literal,
  load,
  referenceOp,
  type ScalarOp,
  scalarKernel,
  scalarOps,
} from '@taimatsu/core/backend';
import { describe, expect, test } from 'vitest';
import { allDTypes, backend, dense, distance, kernel, lay, list, rowMajor, stored } from './support.ts';

const floatValues = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3,
  -7,
  0.1,
  1e-8,
  -1e-30,
  1e-42,
  5e-324,
  20,
  88.5,
  100,
  -104,
  710,
  1e10,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  1e19,
  -1e19,
  3.4e38,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const intValues = [
  0n,
  1n,
  -1n,
  2n,
  3n,
  -5n,
  7n,
  31n,
  100n,
  -128n,
  127n,
  255n,
  32767n,
  -32768n,
  2n ** 31n - 1n,
  -(2n ** 31n),
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

function samples(dtype: DType): Literal[] {
  const { category, itemsize } = dtypeInfo[dtype];
  if (category === 'bool') return [false, true];
  if (category === 'float') return floatValues.map((v) => stored(v, dtype));
  const wrap = (v: bigint): bigint => (dtype === 'uint8' ? v & 255n : BigInt.asIntN(itemsize * 8, v));
  return [...new Set(intValues.map(wrap))].map((v) => stored(v, dtype));
}

function defined(op: ScalarOp, dtype: DType): boolean {
  try {
    referenceOp(op, dtype);
    return true;
  } catch {
    return false;
  }
}

const pairs = (xs: readonly Literal[]): [Literal[], Literal[]] => [
  xs.flatMap((x) => xs.map(() => x)),
  xs.flatMap(() => xs),
];

/** Units in the last place that results may be off by; operations that are not here are exact. */
const bounds: { readonly [op: string]: number } = Object.fromEntries(
  'exp exp2 expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid erf erfc erfinv lgamma digamma pow atan2 hypot'
    .split(' ')
    .map((op) => [op, 3]),
);

describe('scalar operations', () => {
  for (const op of Object.keys(scalarOps) as ScalarOp[]) {
    test(op, () => {
      for (const dtype of allDTypes) {
        const compute = dtypeInfo[dtype].compute;
        if (!defined(op, compute)) continue;
        const { arity, signature } = scalarOps[op];
        const [a, b] = pairs(samples(dtype));
        const conditions = a.map((__, i) => i % 2 === 0);
        const columns = arity === 3 ? [conditions, a, b] : arity === 2 ? [a, b] : [a];
        const stores = columns.map((__, i) => (arity === 3 && i === 0 ? 'bool' : dtype) as DType);
        const output = signature === 'compare' ? 'bool' : dtype;
        const body = apply(
          op,
          stores.map((s, i) => load(i, s)),
        );
        const inputs = columns.map((column, i) => dense(backend, stores[i]!, column));
        const out = lay(backend, output, [a.length], rowMajor);
        kernel(backend, 'map')(scalarKernel(body, output), flatMapPlan(a.length, arity + 1), out, inputs, []);
        const reference = referenceOp(op, compute);
        const expected = a.map((__, i) => {
          const [x, y, z] = columns.map((column) => column[i]!);
          return stored(reference(x!, y ?? 0, z ?? 0), output);
        });
        const bound = bounds[op] ?? 0;
        const got = list(out);
        if (bound === 0) expect(got, `${op} of ${dtype}`).toEqual(expected);
        else {
          const off = expected.map((want, i) => {
            const [x, y] = [want as number, got[i] as number];
            // Beside their zeros, these two are as good as their terms are.
            const cancels = (op === 'lgamma' || op === 'digamma') && Math.abs(x - y) < 1e-14;
            return cancels ? 0 : distance(x, y, dtype);
          });
          const worst = off.reduce((best, d, i) => (d > off[best]! ? i : best), 0);
          const about = `${op}(${a[worst]}, ${b?.[worst]}) of ${dtype}: ${got[worst]}, not ${expected[worst]}`;
          expect(off[worst], about).toBeLessThanOrEqual(bound);
        }
      }
    });
  }

  test.each(allDTypes)('casts from %s', (from) => {
    const xs = samples(from);
    for (const to of allDTypes) {
      const out = lay(backend, to, [xs.length], rowMajor);
      const cased = scalarKernel(cast(load(0, from), to), to);
      kernel(backend, 'map')(cased, flatMapPlan(xs.length, 2), out, [dense(backend, from, xs)], []);
      const expected = xs.map((x) =>
        stored(castValue(x, dtypeInfo[from].compute, dtypeInfo[to].compute), to),
      );
      expect(list(out), `${from} to ${to}`).toEqual(expected);
    }
  });
});
