import type { Expr, Func, FunctionBuilder, Local, Module } from '../asm/index.ts';
import { f64, i32, i64 } from '../asm/index.ts';

const words = 22;
let bits: bigint[] | undefined;

/** The binary fraction of 2/π after 64 leading zeros, in words of 64 bits. */
function twoOverPi(): readonly bigint[] {
  if (bits !== undefined) return bits;
  const precision = BigInt(words * 64);
  const one = 1n << (precision + 64n);
  const arctanOfInverse = (n: bigint): bigint => {
    let term = one / n;
    let sum = term;
    for (let k = 3n; term !== 0n; k += 2n) {
      term = -term / (n * n);
      sum += term / k;
    }
    return sum;
  };
  // Machin: π/4 = 4·atan(1/5) − atan(1/239)
  const pi = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n));
  const fraction = (2n * one * (1n << (precision - 64n))) / pi;
  bits = Array.from({ length: words }, (_, i) => BigInt.asIntN(64, fraction >> BigInt((words - 1 - i) * 64)));
  return bits;
}

const shr = (a: Expr<'i64'>, count: number | Expr<'i64'>): Expr<'i64'> => i64.shr_u(a, count);

/** The upper half of a 128-bit product. */
function mulHigh(module: Module): Func<readonly ['i64', 'i64'], 'i64'> {
  return module.helper('mulHigh', () =>
    module.func(undefined, ['i64', 'i64'], 'i64', (f, a, b) => {
      const low = (x: Expr<'i64'>): Expr<'i64'> => i64.and(x, 0xffffffffn);
      const cross = f.let(i64.add(i64.mul(shr(a, 32), low(b)), shr(i64.mul(low(a), low(b)), 32)));
      const inner = f.let(i64.add(i64.mul(low(a), shr(b, 32)), low(cross)));
      return i64.add(i64.mul(shr(a, 32), shr(b, 32)), i64.add(shr(cross, 32), shr(inner, 32)));
    }),
  );
}

/** 64 bits of 2/π from any bit on. */
function window(module: Module): Func<readonly ['i32'], 'i64'> {
  const word = module.helper('twoOverPi', () =>
    module.func(undefined, ['i32'], 'i64', (f, index) => {
      const out = f.local('i64');
      f.switch(
        index,
        twoOverPi().map((value) => () => f.set(out, value)),
      );
      return out;
    }),
  );
  return module.helper('twoOverPiWindow', () =>
    module.func(undefined, ['i32'], 'i64', (f, start) => {
      const at = f.let(i32.shr_u(start, 6));
      const shift = f.let(i64.extend_i32_u(i32.and(start, 63)));
      const next = shr(shr(word.call(i32.add(at, 1)), 1), i64.sub(63, shift));
      return i64.or(i64.shl(word.call(at), shift), next);
    }),
  );
}

/**
 * Payne and Hanek: `x mod π/2` for `|x| ≥ 2^20` by multiplying the mantissa with just those bits of 2/π that
 * matter modulo 4. NaN and ±∞ give NaN.
 */
export function reduceHuge(f: FunctionBuilder, x: Expr<'f64'>): { r: Local<'f64'>; q: Local<'i64'> } {
  const pieces = window(f.module);
  const high = mulHigh(f.module);
  const all = f.let(i64.reinterpret_f64(x));
  const exponent = f.let(i32.and(i32.wrap_i64(shr(all, 52)), 0x7ff));
  const mantissa = f.let(i64.or(i64.and(all, (1n << 52n) - 1n), 1n << 52n));
  const r = f.local('f64');
  const q = f.local('i64');
  f.if(
    i32.eq(exponent, 0x7ff),
    () => f.set(r, f64.const(NaN)),
    () => {
      // |x| = mantissa·2^s; bit i of the fraction weighs 2^−i, so bits before s − 1 give multiples of 4.
      const start = f.let(i32.add(exponent, 62 - 1075));
      const w1 = f.let(pieces.call(i32.add(start, 64)));
      const w2 = pieces.call(i32.add(start, 128));
      const low = f.let(i64.mul(mantissa, w1));
      const tail = f.let(i64.add(low, high.call(mantissa, w2)));
      const carry = i64.extend_i32_u(i64.lt_u(tail, low));
      const head = i64.add(high.call(mantissa, w1), i64.add(i64.mul(mantissa, pieces.call(start)), carry));
      const turns = f.let(head);
      f.set(q, shr(i64.add(turns, 1n << 61n), 62));
      const rest = i64.sub(turns, i64.shl(q, 62));
      const fraction = f64.add(
        f64.mul(f64.convert_i64_s(rest), 2 ** -62),
        f64.mul(f64.convert_i64_u(tail), 2 ** -126),
      );
      f.set(r, f64.mul(fraction, Math.PI / 2));
      f.if(i64.lt_s(all, 0), () => {
        f.set(r, f64.neg(r));
        f.set(q, i64.sub(0, q));
      });
    },
  );
  return { r, q };
}
