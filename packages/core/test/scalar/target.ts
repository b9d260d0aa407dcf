import {
  castValue,
  type DType,
  type EmitTable,
  type Expr,
  type Literal,
  referenceOp,
  render,
  type ScalarOp,
  scalarOps,
} from '@taimatsu/core/backend';

/** Which of the liberties that `lower` leaves its target are taken, and how. */
export interface Liberties {
  /** Units in the last place that quotients and square roots are off by. */
  readonly lastPlace: number;
  /** What is added to `log2`. */
  readonly log2: number;
  readonly flushes: boolean;
  /** What comes out where nothing is promised. */
  readonly garbage: number;
}

/** Targets that do as much harm as they may, each in another way; the first does none. */
export const targets: Readonly<Record<string, Liberties>> = {
  exact: { lastPlace: 0, log2: 0, flushes: false, garbage: 0.3125 },
  high: { lastPlace: 1, log2: 0.0099, flushes: true, garbage: Number.NaN },
  low: { lastPlace: -1, log2: -0.0099, flushes: true, garbage: -2.5e30 },
};

/** All that the target has, as the text of `lower` lists it. */
const has: Readonly<Record<'float32' | 'int32' | 'bool', string>> = {
  float32:
    'add sub mul div neg abs floor ceil trunc sqrt lt le eq where exp2 log2 isnan signbit nextafter sin cos tan',
  int32: 'add sub mul neg abs and or xor not shl shr lt le eq ne where div pow gcd',
  bool: 'and or xor not where',
};

const SMALLEST = 2 ** -126;
const FAR = 51_000;

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** `x` moved by whole units in the last place; zeros, infinities and NaN stay. */
function nudged(x: number, units: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  float[0] = x;
  bits[0]! += units;
  return float[0]!;
}

const flushed = (x: number): number => (Math.abs(x) < SMALLEST ? (Object.is(x, -0) || x < 0 ? -0 : 0) : x);

/** Whether the result of an operation on floats is promised. */
function isPromised(op: ScalarOp, x: number): boolean {
  switch (op) {
    case 'exp2':
      return Number.isInteger(x) && Math.abs(x) <= 80;
    case 'log2':
      return x >= SMALLEST && x < Number.POSITIVE_INFINITY;
    case 'sin':
    case 'cos':
    case 'tan':
      return Math.abs(x) >= FAR && Number.isFinite(x);
    default:
      return true;
  }
}

function floatOp(op: ScalarOp, liberties: Liberties): (a: number, b: number) => Literal {
  const exact = referenceOp(op, 'float32') as (a: number, b: number, c: number) => Literal;
  const { lastPlace, log2, flushes, garbage } = liberties;
  // What looks at bits sees all of them.
  const plain =
    !flushes || op === 'isnan' || op === 'signbit' || op === 'nextafter' || op === 'neg' || op === 'abs';
  const taken = plain ? (x: number) => x : flushed;
  return (a, b) => {
    if (!isPromised(op, a)) return garbage;
    const value = exact(taken(a), taken(b), 0);
    if (typeof value !== 'number') return value;
    if (op === 'div' || op === 'sqrt') return taken(nudged(value, lastPlace));
    return taken(op === 'log2' ? Math.fround(value + log2) : value);
  };
}

type Closure = () => Literal;

function operation(op: ScalarOp, liberties: Liberties): (dtype: DType, ...args: Closure[]) => Closure {
  return (dtype, ...args) => {
    const own = has[dtype as keyof typeof has];
    if (own?.split(' ').includes(op) !== true) throw new Error(`the target has no ${op} of ${dtype}`);
    const [a, b, c] = args as [Closure, Closure, Closure];
    if (op === 'where') return () => (a() ? b() : c());
    // Optimisers take it that a number equals itself.
    if (dtype === 'float32' && a === b && scalarOps[op].signature === 'compare') return () => op !== 'lt';
    if (dtype === 'float32') {
      const f = floatOp(op, liberties);
      return () => f(a() as number, (b?.() ?? 0) as number);
    }
    const f = referenceOp(op, dtype);
    return () => {
      const [x, y] = [a(), b?.() ?? 0];
      return op === 'div' && y === 0 ? 77 : f(x, y, 0);
    };
  };
}

function castTo(value: Literal, from: DType, to: DType, garbage: number): Literal {
  if (to === 'bool') throw new Error(`the target has no cast of ${from} to bool`);
  const fits = typeof value !== 'number' || Math.abs(Math.trunc(value) + 0.5) <= 2 ** 31 - 0.5;
  if (to === 'int32' && !fits) return Number.isNaN(garbage) ? 77 : -77;
  return castValue(value, from, to);
}

/** A lowered expression as a function of its loads, on a target that takes `liberties`. @throws where it lacks an operation */
export function onTarget(root: Expr, liberties: Liberties): (...loads: readonly Literal[]) => Literal {
  let inputs: readonly Literal[] = [];
  let call = 0;
  // An argument that is there twice has to be one closure.
  const loads: Closure[] = [0, 1, 2].map((input) => () => inputs[input]!);
  const table: EmitTable<Closure> = {
    load: (input) => loads[input]!,
    param: (index) => loads[index]!,
    literal: (value) => () => value,
    position: () => () => 0,
    cast: (value, from, to) => () => castTo(value(), from, to, liberties.garbage),
    ops: Object.fromEntries(
      (Object.keys(scalarOps) as ScalarOp[]).map((op) => [op, operation(op, liberties)]),
    ) as unknown as EmitTable<Closure>['ops'],
    share: (value) => {
      let seen = -1;
      let known: Literal = 0;
      return () => {
        if (seen !== call) {
          seen = call;
          known = value();
        }
        return known;
      };
    },
  };
  const run = render(root, table);
  return (...given) => {
    inputs = given;
    call++;
    return run();
  };
}
