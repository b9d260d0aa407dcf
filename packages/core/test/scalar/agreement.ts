import {
  type Expr,
  type Literal,
  load,
  referenceOp,
  type ScalarOp,
  s,
  scalarOps,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';

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
  89,
  -89,
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

type Allowances = { readonly [K in ScalarOp]?: Allowance };

const allowed: Allowances = {
  erfc: { ulp: 10 },
  erfinv: { ulp: 4 },
  lgamma: { ulp: 4, absolute: 1e-6 },
  digamma: { ulp: 4, absolute: 3e-6 },
  // The quotient of the largest arguments is rounded before it is made whole.
  floordiv: { ulp: 2 },
};

/** On targets that may be off in the last place at each step. */
const allowedRoughly: Allowances = {
  erfc: { ulp: 30 },
  erfinv: { ulp: 12 },
  lgamma: { ulp: 12, absolute: 1.2e-5 },
  digamma: { ulp: 12, absolute: 9e-6 },
  floordiv: { ulp: 6 },
};

/** Exact on any target. */
const exact: ReadonlySet<ScalarOp> = new Set(
  'add sub mul fmod remainder max min copysign nextafter and or xor neg abs sign not floor ceil round trunc'.split(
    ' ',
  ) as ScalarOp[],
);

const flushed = 2 ** -126;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** `rough` targets may be off in the last place at each step. */
function agree(op: ScalarOp, got: Literal, want: Literal, rough: boolean): boolean {
  if (typeof got !== 'number' || typeof want !== 'number') return got === want;
  if (Number.isNaN(want) || Math.abs(want) === Number.POSITIVE_INFINITY) return Object.is(got, want);
  if (Math.abs(got) <= flushed && Math.abs(want) <= flushed) {
    return got !== 0 || want !== 0 || op === 'max' || op === 'min' || Object.is(got, want);
  }
  if (exact.has(op)) return got === want;
  const own = rough ? (allowedRoughly[op] ?? { ulp: 9 }) : (allowed[op] ?? { ulp: 3 });
  const { ulp, absolute = 0 } = own;
  return Math.abs(place(got) - place(want)) <= ulp || Math.abs(got - want) <= absolute;
}

/** What the lowering leaves undone on purpose. */
function isBeyond(op: ScalarOp, a: number, b: number): boolean {
  return (op === 'fmod' || op === 'remainder') && b !== 0 && Number.isFinite(a) && Math.abs(a / b) >= 2 ** 46;
}

const float = fc.oneof(
  fc.constantFrom(...specials),
  fc.float({ min: -2, max: 2, noNaN: true }),
  fc.float({ min: -100, max: 100, noNaN: true }),
  fc.float(),
);

/** An operation on the first loads of float32. */
export const applied = (op: ScalarOp): Expr =>
  s[op](...[load(0, 'float32'), load(1, 'float32')].slice(0, scalarOps[op].arity));

/**
 * Where `run` is not what `op` means on float32, among all pairs of special values and 500 others; undefined where it is. Runs on
 * a `rough` target may round at each step.
 */
export function wrong(
  op: ScalarOp,
  run: (a: number, b: number) => Literal,
  rough: boolean,
): string | undefined {
  const want = referenceOp(op, 'float32');
  const unrounded = referenceOp(op, 'float64');
  const isRight = (a: number, b: number): boolean => {
    const got = run(a, b);
    if (isBeyond(op, a, b)) return Number.isNaN(got);
    const expected = want(a, b, 0);
    if (agree(op, got, expected, rough)) return true;
    // Beside the end of the range, rounding decides what is infinite.
    const size = Math.abs(Number(unrounded(a, b, 0)));
    const isLast = !exact.has(op) && size > LARGEST && size < LARGEST * 1.000_001;
    return isLast && agree(op, got, Math.sign(Number(expected)) * LARGEST, rough);
  };
  const tell = (a: number, b: number): string => `${op}(${a}, ${b}) is ${want(a, b, 0)}, not ${run(a, b)}`;
  for (const a of specials) {
    for (const b of scalarOps[op].arity === 2 ? specials : [0]) if (!isRight(a, b)) return tell(a, b);
  }
  const tiny = (x: number): boolean => x !== 0 && Math.abs(x) < flushed * 2 ** 24;
  const { failed, counterexample, seed } = fc.check(
    fc.property(float, float, (a, b) => {
      // The last digits of numbers next to 1 come to light in their highest powers.
      fc.pre(!tiny(a) && !tiny(b) && !(op === 'pow' && Math.abs(b) > 2 ** 24));
      return isRight(a, b);
    }),
    { numRuns: 500 },
  );
  return failed ? `${tell(...(counterexample as [number, number]))}, seed ${seed}` : undefined;
}
