import { expand, scaleToInteger } from './exact.ts';

/** The largest number of digits that `toFixed` and `toExponential` accept. */
const nativeDigits = 100;

/** C's `%.{precision}f`: every digit of the exact binary value, halves to even. */
export function formatFixed(value: number, precision: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const magnitude = Math.abs(value);
  const text =
    magnitude < 1e21 && precision <= nativeDigits
      ? nativeFixed(magnitude, precision)
      : expandedFixed(magnitude, precision);
  return isNegative(value) ? `-${text}` : text;
}

/** C's `%.{precision}e`: at least two digits of exponent, halves to even. */
export function formatScientific(value: number, precision: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const magnitude = Math.abs(value);
  const text =
    precision <= nativeDigits
      ? nativeScientific(magnitude, precision)
      : expandedScientific(magnitude, precision);
  return isNegative(value) ? `-${text}` : text;
}

/** Python's `repr` of a float: the shortest digits that read back as it, such as `1.0`, `1e-05`, `1e+16`. */
export function pythonRepr(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits, exponent] = splitExponential(value.toExponential());
    return digits + exponentSuffix(exponent);
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** `toFixed` is exact but rounds ties up; a tie has been rounded to odd exactly if its last digit is odd. */
function nativeFixed(magnitude: number, precision: number): string {
  const text = magnitude.toFixed(precision);
  return isTie(magnitude, precision) ? lastDigitToEven(text) : text;
}

function nativeScientific(magnitude: number, precision: number): string {
  const [digits, exponent] = splitExponential(magnitude.toExponential(precision));
  // A lone digit 1 was not rounded up from 0 but carried over from 9, which was odd.
  const mayBeOdd = digits !== '1' && isTie(magnitude, precision - exponent);
  return (mayBeOdd ? lastDigitToEven(digits) : digits) + exponentSuffix(exponent);
}

/** Whether `magnitude · 10 ** places` lies exactly between two whole numbers. */
function isTie(magnitude: number, places: number): boolean {
  // 2·x·10ᵏ is odd, and x·2ᵏ⁺¹ carries all its factors of two.
  const odd = magnitude * 2 ** (places + 1);
  if (odd % 2 !== 1) return false;
  if (places >= 0) return true;
  // An odd double is below 2⁵³ < 5²³.
  return places >= -22 && odd % powerOfFive(-places) === 0;
}

function powerOfFive(exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= 5;
  return power;
}

function lastDigitToEven(digits: string): string {
  const end = digits.length - 1;
  const last = digits.charCodeAt(end) - 48;
  return last % 2 === 1 ? digits.slice(0, end) + String(last - 1) : digits;
}

function splitExponential(text: string): [digits: string, exponent: number] {
  const at = text.indexOf('e');
  return [text.slice(0, at), Number(text.slice(at + 1))];
}

function exponentSuffix(exponent: number): string {
  const digits = String(Math.abs(exponent));
  return (exponent < 0 ? 'e-' : 'e+') + (digits.length < 2 ? `0${digits}` : digits);
}

function expandedFixed(magnitude: number, precision: number): string {
  const digits = scaleToInteger(expand(magnitude), precision)
    .toString()
    .padStart(precision + 1, '0');
  return withPoint(digits, digits.length - precision);
}

function expandedScientific(magnitude: number, precision: number): string {
  if (magnitude === 0) return `${withPoint('0'.repeat(precision + 1), 1)}e+00`;
  const value = expand(magnitude);
  let exponent = value.units.toString().length - 1 - value.places;
  let digits = scaleToInteger(value, precision - exponent).toString();
  if (digits.length > precision + 1) {
    exponent += 1;
    digits = digits.slice(0, -1);
  }
  return withPoint(digits, 1) + exponentSuffix(exponent);
}

function withPoint(digits: string, whole: number): string {
  return whole === digits.length ? digits : `${digits.slice(0, whole)}.${digits.slice(whole)}`;
}
