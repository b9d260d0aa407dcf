import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fma32, fma64 } from '../../../src/rng/math/fma.ts';

/** A double as `mantissa * 2^exponent` with integers. */
function parts(x: number): [bigint, number] {
  let exponent = 0;
  let value = x;
  while (!Number.isInteger(value)) {
    value *= 2;
    exponent -= 1;
  }
  return [BigInt(value), exponent];
}

/** The number nearest to `mantissa * 2^exponent` with `bits` bits, ties to even; no overflow or underflow. */
function nearest(mantissa: bigint, exponent: number, bits: number): number {
  const negative = mantissa < 0n;
  let m = negative ? -mantissa : mantissa;
  let e = exponent;
  const excess = m.toString(2).length - bits;
  if (excess > 0) {
    const shift = BigInt(excess);
    const rest = m & ((1n << shift) - 1n);
    const middle = 1n << (shift - 1n);
    m >>= shift;
    if (rest > middle || (rest === middle && (m & 1n) === 1n)) m += 1n;
    e += excess;
  }
  const value = Number(m) * 2 ** e;
  return negative ? -value : value;
}

/** a * b + c in integers, rounded once. */
function exact(a: number, b: number, c: number, bits: number): number {
  const [ma, ea] = parts(a);
  const [mb, eb] = parts(b);
  const [mc, ec] = parts(c);
  const e = Math.min(ea + eb, ec);
  return nearest(((ma * mb) << BigInt(ea + eb - e)) + (mc << BigInt(ec - e)), e, bits);
}

/** Numbers of up to `bits` bits around 1, mostly with all of them. */
const numberOf = (bits: number): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.integer({ min: -(2 ** bits) + 1, max: 2 ** bits - 1 }),
      fc.oneof(fc.constant(-bits), fc.integer({ min: -2 * bits, max: 0 })),
    )
    .map(([mantissa, exponent]) => mantissa * 2 ** exponent);

const single = numberOf(24);
const double = numberOf(53);

describe('fused multiply-add', () => {
  it('rounds float32 once', () => {
    fc.assert(
      fc.property(single, single, single, (a, b, c) => {
        expect(fma32(a, b, c) + 0).toBe(exact(a, b, c, 24) + 0);
      }),
      { numRuns: 3000 },
    );
  });

  it('decides midpoints of float32 by what the double leaves out', () => {
    // 1 + 2^-24 is a midpoint; the product adds or takes a part of it that a double cannot hold.
    const a = 1 + 2 ** -12;
    const b = 1 + 2 ** -12;
    for (const c of [2 ** -24, -(2 ** -24), 2 ** -60, -(2 ** -60), 2 ** -24 + 2 ** -47]) {
      expect(fma32(a, b, c)).toBe(exact(a, b, c, 24));
      expect(fma32(-a, b, -c)).toBe(exact(-a, b, -c, 24));
      expect(fma32(1 + 2 ** -23, 1 + 2 ** -1, c)).toBe(exact(1 + 2 ** -23, 1 + 2 ** -1, c, 24));
    }
    expect(fma32(1 + 2 ** -23, 1 + 2 ** -1, 2 ** -70)).toBe(1.5 + 2 ** -22);
    expect(fma32(1 + 2 ** -23, 1 + 2 ** -1, -(2 ** -70))).toBe(1.5 + 2 ** -23);
  });

  it('rounds float64 once', () => {
    fc.assert(
      fc.property(double, double, double, (a, b, c) => {
        expect(fma64(a, b, c) + 0).toBe(exact(a, b, c, 53) + 0);
      }),
      { numRuns: 3000 },
    );
  });

  it('handles numbers near the ends of the range', () => {
    expect(fma64(0.5, 1e308, 0)).toBe(5e307);
    expect(fma64(0.25, 1.5e308, -1e307)).toBe(2.75e307);
    expect(fma64(1e308, 0.25, -1e307)).toBe(1.5e307);
    expect(fma64(1e308, 10, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(fma64(Number.POSITIVE_INFINITY, 2, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(fma64(3, 2, Number.NaN)).toBeNaN();
    expect(fma32(3e38, 10, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});
