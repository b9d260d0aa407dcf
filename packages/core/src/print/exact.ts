const words = new DataView(new ArrayBuffer(8));

/** A non-negative number written out in full: `units / 10 ** places`, with `units` a whole number. */
export interface Decimal {
  readonly units: bigint;
  readonly places: number;
}

/** The exact decimal value of a finite, non-negative double. */
export function expand(magnitude: number): Decimal {
  words.setFloat64(0, magnitude);
  const bits = words.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = Math.max(biased, 1) - 1075;
  if (exponent >= 0) return { units: mantissa << BigInt(exponent), places: 0 };
  // m / 2ᵏ = m·5ᵏ / 10ᵏ
  return { units: mantissa * 5n ** BigInt(-exponent), places: -exponent };
}

/** The whole number nearest to `value · 10 ** shift`, halves to even. */
export function scaleToInteger(value: Decimal, shift: number): bigint {
  const drop = value.places - shift;
  if (drop <= 0) return value.units * 10n ** BigInt(-drop);
  const unit = 10n ** BigInt(drop);
  const floor = value.units / unit;
  const twice = (value.units % unit) * 2n;
  const up = twice > unit || (twice === unit && floor % 2n === 1n);
  return up ? floor + 1n : floor;
}
