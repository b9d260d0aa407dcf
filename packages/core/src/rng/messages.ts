import type { DType } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';

/** Fails with PyTorch's own text unless `condition` holds. */
export function check(condition: boolean, text: () => string): void {
  if (!condition) fail('random/argument', { text: text() });
}

/** A number as a C++ stream writes it: six significant digits, `1e+06`. */
export function cxx(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponent = ''] = value.toExponential(5).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
  const digits = String(Math.abs(power)).padStart(2, '0');
  return `${Number(mantissa)}e${power < 0 ? '-' : '+'}${digits}`;
}

/** A dtype's C++ name, as in messages about bounds. */
export const cppNames: { readonly [D in DType]: string } = {
  bool: 'bool',
  uint8: 'unsigned char',
  int8: 'signed char',
  int16: 'short int',
  int32: 'int',
  int64: 'long int',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  float32: 'float',
  float64: 'double',
};
