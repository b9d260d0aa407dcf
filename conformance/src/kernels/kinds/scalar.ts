import {
  apply,
  type Backend,
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
import { ulpDistance } from '../../compare/ulp.ts';
import { dense, list, room, stored } from '../array.ts';
import { example, type KernelCheck, kernelOf } from '../check.ts';
import { dtypesOf } from '../values.ts';

const floatSamples: readonly number[] = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2, -2, 2.5, -2.5, 3, -3, -7, 7.999, 8, 20, 20.3, 100, -100, 1023.5],
  ...[0.1, 0.29, -0.29, 0.99999994, 1.0000001, 1e-4, 1e-7, -1e-7, 1e-8, 1e-30, -1e-30, 1e-42, 5e-324],
  ...[88.5, -88.5, -104, 710, 16777217, 1e10, -1e10, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e19, -1e19],
  ...[3e38, -3e38, 3.4e38, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];
const intSamples: readonly bigint[] = [
  ...[0n, 1n, -1n, 2n, 3n, -5n, 7n, 31n, 100n, -128n, 127n, 255n, 32767n, -32768n, 2n ** 24n - 1n],
  ...[2n ** 31n - 1n, -(2n ** 31n), 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)],
];

/** Units in the last place that results may be off by; operations that are not here are exact. */
const bounds: Partial<Record<ScalarOp, number>> = Object.fromEntries(
  'exp exp2 expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid erf erfc erfinv lgamma digamma pow atan2 hypot'
    .split(' ')
    .map((op) => [op, 3]),
);
/** Beside their zeros these are as good as their terms are. */
const cancelling: ReadonlySet<ScalarOp> = new Set<ScalarOp>(['lgamma', 'digamma']);

/** Integers that a device has of a dtype: those of what it is held in, too. */
const heldLimits: Readonly<Record<string, number>> = { int32: 2 ** 31, float32: 2 ** 24 };

function limitOf({ manifest }: Backend, dtype: DType): number {
  const support = manifest.dtypes[dtype];
  const isInt = dtypeInfo[dtype].category === 'int';
  return support.kind === 'held' && isInt ? (heldLimits[support.as] ?? Infinity) : Infinity;
}

function samplesOf(backend: Backend, dtype: DType): Literal[] {
  const { category, itemsize } = dtypeInfo[dtype];
  if (category === 'bool') return [false, true];
  if (category === 'float') {
    const flushed = backend.manifest.denormals ? 0 : 2 ** -126;
    return [...new Set(floatSamples.map((value) => stored(value, dtype)))].filter(
      (value) => !(Math.abs(Number(value)) < flushed && value !== 0),
    );
  }
  const wrap = (v: bigint): bigint => (dtype === 'uint8' ? v & 255n : BigInt.asIntN(itemsize * 8, v));
  const limit = limitOf(backend, dtype);
  return [...new Set(intSamples.map(wrap))]
    .filter((value) => Math.abs(Number(value)) < limit)
    .map((value) => stored(value, dtype));
}

/** What an operation means on `dtype`, undefined where it means nothing. */
function meaningOf(op: ScalarOp, dtype: DType): ReturnType<typeof referenceOp> | undefined {
  try {
    return referenceOp(op, dtype);
  } catch {
    return undefined;
  }
}

/**
 * Whether a result is right. Devices that flush subnormal numbers compute as shaders do: floats to eight units in the last place or so, zeros
 * of either sign alike to `max` and `min`.
 */
function isRight(backend: Backend, op: ScalarOp, dtype: DType, got: Literal, want: Literal): boolean {
  if (Object.is(got, want)) return true;
  if (typeof got !== 'number' || typeof want !== 'number' || dtypeInfo[dtype].category !== 'float')
    return false;
  if (Number.isNaN(got) || Number.isNaN(want)) return false;
  const shader = !backend.manifest.denormals;
  if (shader && Math.abs(want) < 2 ** -126 && Math.abs(got) <= 2 ** -126) return true;
  if (got === want) return shader && (op === 'max' || op === 'min');
  const near = Math.abs(got - want);
  if (cancelling.has(op) && near < (dtype === 'float64' ? 1e-14 : 1e-6)) return true;
  if (shader) return near <= 1e-6 * Math.abs(want);
  return ulpDistance(got, want, dtype) <= (bounds[op] ?? 0);
}

/** Beyond this, angles are reduced as well as a shader can. */
const FAR = 51_000;

/**
 * Where no answer is asked for: it does not fit what holds it, or is one that no shader can tell exactly, a remainder of a large
 * quotient or a function of a large angle.
 */
function isBeyond(
  backend: Backend,
  op: ScalarOp,
  dtype: DType,
  a: Literal,
  b: Literal,
  want: Literal,
): boolean {
  if (dtypeInfo[dtype].category === 'int') return Math.abs(Number(want)) >= limitOf(backend, dtype);
  if (backend.manifest.denormals) return false;
  if (op === 'sin' || op === 'cos' || op === 'tan') return Math.abs(Number(a)) > FAR && Number.isFinite(a);
  const divides = op === 'fmod' || op === 'remainder' || op === 'floordiv';
  return divides && Math.abs(Number(a) / Number(b)) >= 2 ** 22;
}

/** Each operation on every pair of special values of every dtype, against what it means. */
const operations = (Object.keys(scalarOps) as ScalarOp[]).map((op): KernelCheck => {
  const { arity, signature } = scalarOps[op];
  return example(`map/${op}`, async (backend) => {
    for (const dtype of dtypesOf(backend).all) {
      const meaning = meaningOf(op, dtypeInfo[dtype].compute);
      if (meaning === undefined) continue;
      const samples = samplesOf(backend, dtype);
      const first = samples.flatMap((x) => samples.map(() => x));
      const second = samples.flatMap(() => samples);
      const conditions = first.map((_, i) => i % 2 === 0);
      const columns = [conditions, first, second].slice(arity === 3 ? 0 : 1, arity === 1 ? 2 : 3);
      const stores = columns.map((_, i): DType => (arity === 3 && i === 0 ? 'bool' : dtype));
      const output = signature === 'compare' ? 'bool' : dtype;
      const body = apply(
        op,
        stores.map((own, i) => load(i, own)),
      );
      const inputs = columns.map((column, i) => dense(backend, stores[i]!, column));
      const out = room(backend, output, [first.length]);
      const plan = flatMapPlan(first.length, arity + 1);
      kernelOf(backend, 'map')(scalarKernel(body, output), plan, out, inputs, []);
      const results = await list(out);
      for (const [i, got] of results.entries()) {
        const [x, y = 0, z = 0] = columns.map((column) => column[i]!);
        const want = stored(meaning(x!, y, z), output);
        if (isBeyond(backend, op, output, first[i]!, second[i]!, want)) continue;
        if (!isRight(backend, op, output, got, want)) {
          const args = columns.map((column) => String(column[i])).join(', ');
          throw new Error(`${op}(${args}) of ${dtype}: expected ${String(want)}, got ${String(got)}`);
        }
      }
    }
  });
});

const casts = example('map/casts', async (backend) => {
  const { all } = dtypesOf(backend);
  for (const from of all) {
    const samples = samplesOf(backend, from);
    const input = dense(backend, from, samples);
    for (const to of all) {
      const out = room(backend, to, [samples.length]);
      const kernel = scalarKernel(cast(load(0, from), to), to);
      kernelOf(backend, 'map')(kernel, flatMapPlan(samples.length, 2), out, [input], []);
      for (const [i, got] of (await list(out)).entries()) {
        const value = castValue(samples[i]!, dtypeInfo[from].compute, dtypeInfo[to].compute);
        const want = stored(value, to);
        const limit = Math.min(limitOf(backend, to), limitOf(backend, 'int64'));
        if (dtypeInfo[to].category === 'int' && Math.abs(Number(value)) >= limit) continue;
        if (!isRight(backend, 'add', to, got, want))
          throw new Error(
            `${from} ${String(samples[i])} as ${to}: expected ${String(want)}, got ${String(got)}`,
          );
      }
    }
  }
});

export const scalarChecks: readonly KernelCheck[] = [...operations, casts];
