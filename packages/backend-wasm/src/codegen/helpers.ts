import {
  type Expr,
  type Func,
  type FunctionBuilder,
  f64,
  i32,
  i64,
  type Local,
  type Module,
  select,
} from '../asm/index.ts';
import { f64Lanes } from '../lanes/index.ts';
import { erf, erfc, exp, log } from '../math/index.ts';
import { horner } from '../math/poly.ts';

type D = Expr<'f64'>;
type Binary<T extends 'f64' | 'i32' | 'i64'> = Func<readonly [T, T], T>;

/** C's fmod, exact: subtracts shifted divisors bit by bit. */
function fmod(module: Module): Binary<'f64'> {
  return module.helper('fmod', () =>
    module.func(undefined, ['f64', 'f64'] as const, 'f64', (f, a, b) => {
      const x = f.let(f64.abs(a));
      const y = f.let(f64.abs(b));
      f.if(i32.or(i32.or(f64.ne(y, y), f64.eq(y, 0)), i32.eqz(f64.lt(x, Infinity))), () => {
        f.return(f64.const(Number.NaN));
      });
      f.if(f64.lt(x, y), () => f.return(a));
      // While the quotient has few bits, one truncated division is exact.
      const quotient = f.let(f64.div(x, y));
      f.if(f64.lt(quotient, 2 ** 20), () => {
        const n = f.let(f64.trunc(quotient));
        const head = f.let(f64.reinterpret_i64(i64.and(i64.reinterpret_f64(y), i64.const(-(1n << 21n)))));
        const rest = f.let(f64.sub(f64.sub(x, f64.mul(n, head)), f64.mul(n, f64.sub(y, head))));
        f.if(f64.lt(rest, 0), () => f.set(rest, f64.add(rest, y)));
        f.if(f64.ge(rest, y), () => f.set(rest, f64.sub(rest, y)));
        f.return(f64.copysign(rest, a));
      });
      const [xe, xm] = parts(f, x);
      const [ye, ym] = parts(f, y);
      f.while(i32.gt_s(xe, ye), () => {
        f.if(i64.ge_u(xm, ym), () => f.set(xm, i64.sub(xm, ym)));
        f.set(xm, i64.shl(xm, 1n));
        f.set(xe, i32.sub(xe, 1));
      });
      f.if(i64.ge_u(xm, ym), () => f.set(xm, i64.sub(xm, ym)));
      f.if(i64.eqz(xm), () => f.return(f64.copysign(f64.const(0), a)));
      const shift = f.let(i32.sub(i32.wrap_i64(i64.clz(xm)), 11));
      f.set(xm, i64.shl(xm, i64.extend_i32_u(shift)));
      f.set(xe, i32.sub(xe, shift));
      f.if(i32.gt_s(xe, 0), () => {
        const exponent = i64.shl(i64.extend_i32_s(xe), 52n);
        f.return(f64.copysign(f64.reinterpret_i64(i64.or(i64.and(xm, (1n << 52n) - 1n), exponent)), a));
      });
      const down = i64.extend_i32_s(i32.sub(1, xe));
      return f64.copysign(f64.reinterpret_i64(i64.shr_u(xm, down)), a);
    }),
  );
}

/** Biased exponent and mantissa with its leading bit; denormals are scaled up. */
function parts(f: FunctionBuilder, x: D): [exponent: Local<'i32'>, mantissa: Local<'i64'>] {
  const bits = f.let(i64.reinterpret_f64(x));
  const exponent = f.let(i32.wrap_i64(i64.shr_u(bits, 52n)));
  const mantissa = f.let(i64.and(bits, (1n << 52n) - 1n));
  f.if(
    exponent,
    () => f.set(mantissa, i64.or(mantissa, 1n << 52n)),
    () => {
      const shift = f.let(i32.sub(i32.wrap_i64(i64.clz(mantissa)), 11));
      f.set(mantissa, i64.shl(mantissa, i64.extend_i32_s(shift)));
      f.set(exponent, i32.sub(1, shift));
    },
  );
  return [exponent, mantissa];
}

function remainder(module: Module): Binary<'f64'> {
  const mod = fmod(module);
  return module.helper('remainder', () =>
    module.func(undefined, ['f64', 'f64'] as const, 'f64', (f, a, b) => {
      const r = f.let(mod.call(a, b));
      const differs = i32.and(f64.ne(r, 0), i32.ne(f64.lt(r, 0), f64.lt(b, 0)));
      return select(differs, f64.add(r, b), r);
    }),
  );
}

function floordiv(module: Module): Binary<'f64'> {
  const mod = fmod(module);
  return module.helper('floordiv', () =>
    module.func(undefined, ['f64', 'f64'] as const, 'f64', (f, a, b) => {
      const plain = f.let(f64.div(a, b));
      f.if(f64.eq(b, 0), () => f.return(plain));
      const r = f.let(mod.call(a, b));
      const q = f.let(f64.div(f64.sub(a, r), b));
      f.if(i32.and(f64.ne(r, 0), i32.ne(f64.lt(b, 0), f64.lt(r, 0))), () => f.set(q, f64.sub(q, 1)));
      f.if(f64.eq(q, 0), () => f.return(f64.copysign(f64.const(0), plain)));
      const down = f.let(f64.floor(q));
      return select(f64.gt(f64.sub(q, down), 0.5), f64.add(down, 1), down);
    }),
  );
}

const centre = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6,
  3.43273939e-7, 2.81022636e-8,
];
const edge = [
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322,
  0.000100950558, -0.000200214257,
];

/** The inverse of erf: Giles' approximation as a start, then Halley's steps. */
function erfinv(module: Module): Func<readonly ['f64'], 'f64'> {
  return module.helper('erfinv', () =>
    module.func(undefined, ['f64'] as const, 'f64', (f, y) => {
      const o = f64Lanes(f);
      const size = f.let(f64.abs(y));
      f.if(i32.eqz(f64.le(size, 1)), () => f.return(f64.const(Number.NaN)));
      f.if(f64.eq(size, 1), () => f.return(f64.mul(y, Infinity)));
      f.if(f64.eq(y, 0), () => f.return(y));
      const w = f.let(f64.neg(log(o, f64.mul(f64.sub(1, y), f64.add(1, y)))));
      const x = f.local('f64');
      f.if(
        f64.lt(w, 5),
        () => f.set(x, f64.mul(y, horner(o, f.let(f64.sub(w, 2.5)), centre))),
        () => f.set(x, f64.mul(y, horner(o, f.let(f64.sub(f64.sqrt(w), 3)), edge))),
      );
      const error = f.local('f64');
      const left = f.local('i32');
      f.set(left, 3);
      f.while(left, () => {
        f.if(
          f64.lt(size, 0.5),
          () => f.set(error, f64.sub(erf(o, x), y)),
          () => {
            const tail = erfc(o, f.let(f64.abs(x)));
            f.set(error, f64.copysign(f64.const(1), y));
            f.set(error, f64.mul(error, f64.sub(f64.sub(1, size), tail)));
          },
        );
        const slope = f.let(exp(o, f64.neg(f64.mul(x, x))));
        const step = f.let(f64.div(f64.mul(error, Math.sqrt(Math.PI) / 2), slope));
        f.set(x, f64.sub(x, f64.div(step, f64.add(1, f64.mul(x, step)))));
        f.set(left, i32.sub(left, 1));
      });
      return x;
    }),
  );
}

/** Scalar functions in double precision that have no lanes. */
export const doubleHelpers: {
  readonly fmod: (module: Module) => Binary<'f64'>;
  readonly remainder: (module: Module) => Binary<'f64'>;
  readonly floordiv: (module: Module) => Binary<'f64'>;
  readonly erfinv: (module: Module) => Func<readonly ['f64'], 'f64'>;
} = { fmod, remainder, floordiv, erfinv };

const intOps = { i32, i64 };

/** Integer power by squaring; a negative exponent gives 1, ±1 or 0. */
export function intPower<T extends 'i32' | 'i64'>(module: Module, type: T): Binary<T> {
  const o = intOps[type] as typeof i32;
  return module.helper(`power ${type}`, () =>
    module.func(undefined, [type, type] as unknown as readonly ['i32', 'i32'], type as 'i32', (f, a, b) => {
      f.if(o.lt_s(b, 0), () => {
        f.if(o.eq(a, 1), () => f.return(o.const(1)));
        f.if(o.eq(a, -1), () => f.return(o.sub(o.const(1), o.shl(o.and(b, 1), 1))));
        f.return(o.const(0));
      });
      const result = f.let(o.const(1));
      const base = f.let(a);
      const left = f.let(b);
      f.while(o.ne(left, 0), () => {
        f.if(o.ne(o.and(left, 1), 0), () => f.set(result, o.mul(result, base)));
        f.set(base, o.mul(base, base));
        f.set(left, o.shr_u(left, 1));
      });
      return result;
    }),
  ) as unknown as Binary<T>;
}

/** Greatest common divisor, not negative but for the smallest integer. */
export function gcd<T extends 'i32' | 'i64'>(module: Module, type: T): Binary<T> {
  const o = intOps[type] as typeof i32;
  return module.helper(`gcd ${type}`, () =>
    module.func(undefined, [type, type] as unknown as readonly ['i32', 'i32'], type as 'i32', (f, a, b) => {
      const size = (v: Expr<'i32'>): Local<'i32'> => f.let(select(o.lt_s(v, 0), o.sub(o.const(0), v), v));
      const x = size(a);
      const y = size(b);
      const rest = f.local(type as 'i32');
      f.while(o.ne(y, 0), () => {
        f.set(rest, o.rem_u(x, y));
        f.set(x, y);
        f.set(y, rest);
      });
      return x;
    }),
  ) as unknown as Binary<T>;
}
