const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** The bits of `value` rounded to float16, halves to even; overflow gives infinity. */
export function toFloat16Bits(value: number): number {
  f32[0] = value;
  const bits = u32[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200 | (mantissa >>> 13));
  const e = exponent - 112;
  if (e >= 31) return sign | 0x7c00;
  if (e > 0) return sign | (((e << 10) | (mantissa >>> 13)) + roundUp(mantissa, 13, (mantissa >>> 13) & 1));
  if (e < -10) return sign;
  const full = mantissa | 0x800000;
  const shift = 14 - e;
  return sign | ((full >>> shift) + roundUp(full, shift, (full >>> shift) & 1));
}

function roundUp(mantissa: number, shift: number, odd: number): number {
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && odd === 1) ? 1 : 0;
}

/** The value of a float16 given by its bits. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** The bits of `value` rounded to bfloat16, halves to even. */
export function toBFloat16Bits(value: number): number {
  f32[0] = value;
  const bits = u32[0] as number;
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The value of a bfloat16 given by its bits. */
export function fromBFloat16Bits(bits: number): number {
  u32[0] = bits << 16;
  return f32[0] as number;
}

/** `value` rounded to the nearest float16. */
export function roundToFloat16(value: number): number {
  return fromFloat16Bits(toFloat16Bits(value));
}

/** `value` rounded to the nearest bfloat16. */
export function roundToBFloat16(value: number): number {
  return fromBFloat16Bits(toBFloat16Bits(value));
}
