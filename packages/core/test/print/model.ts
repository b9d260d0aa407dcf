/** Printing by textbook arithmetic on fractions: slow, and sharing nothing with the code under test. */
interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

function fraction(magnitude: number): Fraction {
  let value = magnitude;
  let bottom = 1n;
  while (!Number.isInteger(value)) {
    value *= 2;
    bottom *= 2n;
  }
  return { top: BigInt(value), bottom };
}

function shift({ top, bottom }: Fraction, places: number): Fraction {
  const power = 10n ** BigInt(Math.abs(places));
  return places < 0 ? { top, bottom: bottom * power } : { top: top * power, bottom };
}

function roundHalfEven({ top, bottom }: Fraction): bigint {
  const lower = top / bottom;
  const below = 2n * (top - lower * bottom);
  if (below === bottom) return lower + (lower & 1n);
  return below < bottom ? lower : lower + 1n;
}

const sign = (value: number): string => (value < 0 || 1 / value < 0 ? '-' : '');

function point(digits: string, places: number): string {
  const padded = digits.padStart(places + 1, '0');
  return places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

/** `%.{precision}f` of a finite number. */
export function modelFixed(value: number, precision: number): string {
  const scaled = shift(fraction(Math.abs(value)), precision);
  return sign(value) + point(String(roundHalfEven(scaled)), precision);
}

/** `%.{precision}e` of a finite number. */
export function modelScientific(value: number, precision: number): string {
  const exact = fraction(Math.abs(value));
  let exponent = 0;
  const atLeast = (places: number): boolean => {
    const { top, bottom } = shift(exact, -places);
    return top >= bottom;
  };
  if (value !== 0) {
    while (atLeast(exponent + 1)) exponent++;
    while (!atLeast(exponent)) exponent--;
  }
  let units = roundHalfEven(shift(exact, precision - exponent));
  if (units >= 10n ** BigInt(precision + 1)) {
    exponent++;
    units = roundHalfEven(shift(exact, precision - exponent));
  }
  const tail = String(Math.abs(exponent)).padStart(2, '0');
  return `${sign(value)}${point(String(units), precision)}e${exponent < 0 ? '-' : '+'}${tail}`;
}
